import { existsSync, readFileSync } from 'node:fs'
import type { ProblemCode } from '../../src/core/problem-codes.ts'
import { isSharedCode } from '../../src/openapi/codes.ts'

type Documented = {
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, { $ref?: string }> }>>
  components: { responses: Record<string, { content: Record<string, { examples: object }> }> }
}

/** What is documented and provoked by no test, since it takes more than a test can make: each with the reason. */
const unprovoked: ReadonlySet<string> = new Set([])

/**
 * The codes that openapi.json documents for an operation of its own and that no answer of a run had, by the file in which the run
 * noted what it saw. Codes that every operation shares are left out.
 */
export function unseenCodes(seenFile: string): string[] {
  const { paths, components } = JSON.parse(
    readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'),
  ) as Documented
  const seen = new Set(existsSync(seenFile) ? readFileSync(seenFile, 'utf8').split('\n') : [])
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
    .filter((pair) => !seen.has(pair) && !unprovoked.has(pair))
}
