import { z } from 'zod'
import { parseJson } from '../../core/json-reader.ts'
import { freeText } from '../../shapes/primitives.ts'

const named = z.object({ posting_reference: freeText(255).regex(/\S/) })
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The posting reference that a receiver answered with, as it was sent. An answer that is anything else than JSON with one names none: what it
 * acknowledges is delivered all the same.
 */
export function readPostingReference(content: Uint8Array | undefined): string | undefined {
  if (content === undefined) return undefined
  try {
    const text = utf8.decode(content)
    // The reader of names with escapes takes only what is known to be JSON.
    JSON.parse(text)
    return named.safeParse(parseJson(text)).data?.posting_reference
  } catch {
    return undefined
  }
}
