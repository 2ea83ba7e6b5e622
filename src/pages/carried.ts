import type { FastifyRequest } from '../api/fastify.ts'
import { queryOf, readPairs } from '../api/url-encoded.ts'
import { holdsCardNumber } from '../core/card-number.ts'
import { askedParameter } from '../html/language/choose.ts'
import type { Voice } from '../html/language/voice.ts'

/** What goes with the payer from page to page, in links and in forms: the parameters of the payment, and the language. */
export function carriedWith(tracking: Record<string, string>, voice: Voice): Record<string, string> {
  return { ...tracking, ...askedParameter(voice) }
}

/** An address of ours with what is carried. */
export function withCarried(path: string, carried: Record<string, string>): string {
  const query = new URLSearchParams(carried).toString()
  return query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`
}

const ownNames = new Set(['everything', 'debt', 'again', 'currency', 'amount', 'up', 'page'])

/** The query with which a page can be opened again, in any language: that of the request, without what is not ours. */
export function queryHere({ url }: Pick<FastifyRequest, 'url'>, tracking: Record<string, string>): string {
  const pairs = readPairs(queryOf(url), 'The query')
  const own = pairs.filter(([name, value]) => ownNames.has(name) && !holdsCardNumber(value))
  return new URLSearchParams([...own, ...Object.entries(tracking)]).toString()
}
