import type { Operation } from '../api/route.ts'
import type { Example } from './examples.ts'

/**
 * The call as a reader's shell runs it, with `$BASE_URL` and `$API_KEY` exported. A `$NAME` in a path or a body is a
 * value from an earlier response, such as the id of a payment.
 */
export function curl({ method, url }: Pick<Operation, 'method' | 'url'>, { path, query, body, key }: Example): string {
  const called = url.replaceAll(/:(\w+)/g, (_, name: string) => path?.[name] ?? `{${name}}`)
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`
  const lines = [
    `curl -X ${method} "$BASE_URL${called}${search}"`,
    '-H "Authorization: Bearer $API_KEY"',
    ...(key === undefined ? [] : [`-H "Idempotency-Key: ${key}"`]),
    ...(body === undefined ? [] : ['-H "Content-Type: application/json"', dataOf(body)]),
  ]
  return lines.join(' \\\n  ')
}

/** Single quotes keep JSON as it is; a here-document is needed where the shell is to fill something in. */
function dataOf(body: object): string {
  const json = JSON.stringify(body, undefined, 2)
  if (json.includes('$')) return `-d @- <<JSON\n${json}\nJSON`
  return `-d '${json.replaceAll('\n', '\n  ').replaceAll("'", "'\\''")}'`
}
