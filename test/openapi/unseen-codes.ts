import { existsSync, readFileSync } from 'node:fs'
import type { ProblemCode } from '../../src/core/problem-codes.ts'
import { isSharedCode } from '../../src/openapi/codes.ts'

type Documented = {
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, { $ref?: string }> }>>
  components: { responses: Record<string, { content: Record<string, { examples: object }> }> }
}

/**
 * What openapi.json documents of each operation alone, as `operation code`. Codes that operations share are left out: they are of the way of
 * sending, the key, or the state of the server.
 */
export function documentedCodes(): string[] {
  const { paths, components } = JSON.parse(
    readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'),
  ) as Documented
  return Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ operationId, responses }) =>
      Object.values(responses)
        .flatMap(({ $ref }) => {
          const response = components.responses[$ref?.split('/').at(-1) ?? '']
          return Object.keys(response?.content['application/problem+json']?.examples ?? {})
        })
        .filter((code) => !isSharedCode(code as ProblemCode))
        .map((code) => `${operationId} ${code}`),
    )
}

/** Those of the documented codes that no answer of a run had, by the file in which the run noted what it saw. */
export function unseenCodes(seenFile: string): string[] {
  const seen = new Set(existsSync(seenFile) ? readFileSync(seenFile, 'utf8').split('\n') : [])
  return documentedCodes().filter((pair) => !seen.has(pair) && !neverGiven.has(pair))
}

/** What is documented and no test brings about. */
export const neverGiven: ReadonlySet<string> = new Set([
  // As that of a customer.
  'retrieveAccountStatement not_supported',
  // It takes nine thousand of the largest payments.
  'retrieveProcessorBalances amount_out_of_range',
  'reportReceipts amount_out_of_range',
  // A bill is limited to a thousandth of a balance, so this takes nine thousand adjustments.
  'retrieveBillBalance amount_out_of_range',
  'retrieveBillStatement amount_out_of_range',
  // It takes a thousand movements; test/billing/history.test.ts makes them for an account, whose statement has the same code.
  'retrieveBillStatement statement_too_long',
  'retrieveCustomerStatement statement_too_long',
])
