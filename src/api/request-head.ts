import { percentProblem } from '../core/encoded-text.ts'
import { Problem } from '../core/problem.ts'
import type { FastifyRequest } from './fastify.ts'

/** Headers of which two would be two requests in one: whoever reads the other of the two reads another request. */
const singleHeaders = ['host', 'authorization', 'idempotency-key', 'if-match', 'content-type']
const singleLengths = new Set(singleHeaders.map(({ length }) => length))

// Names and values, one behind the other. Node forgets what is beyond two thousand, and each costs whoever goes through them.
const rawHeadersMax = 2 * 100

/** Refuses a request whose target or headers can be read in two ways, or not at all, before anything is made of it. */
export function checkHead({
  url,
  raw: { rawHeaders, headers, httpVersion, method },
}: Pick<FastifyRequest, 'url' | 'raw'>): void {
  const fault = targetFault(url)
  if (fault) throw fault
  if (rawHeaders.length > rawHeadersMax) {
    throw new Problem('headers_too_large', 'The request has more than 100 headers. Nothing was done.')
  }
  if (headers['content-encoding'] !== undefined && method !== 'GET' && method !== 'HEAD') {
    refuseEncoding(headers['content-encoding'])
  }
  if (headers.host === undefined && httpVersion === '1.1')
    throw new Problem('malformed_http', 'The header Host is missing: it names this server.')
  const seen: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const header = rawHeaders[at] as string
    if (!singleLengths.has(header.length)) continue
    const name = header.toLowerCase()
    if (!singleHeaders.includes(name)) continue
    if (seen.includes(name)) throw new Problem('invalid_request', `The header ${name} was sent more than once.`)
    seen.push(name)
    checkHeaderText(name, rawHeaders[at + 1] as string)
  }
}

/** A few bytes could become any number of them, so no body is unpacked. */
function refuseEncoding(encoding: string): void {
  if (/^\s*identity\s*$/i.test(encoding)) return
  throw new Problem('unsupported_media_type', 'Send the body as it is, without a Content-Encoding.')
}

/** Node reads each byte of a header as one character. The key has a refusal of its own. */
function checkHeaderText(name: string, value: string): void {
  if (name === 'idempotency-key') return
  const at = value.search(/[^\t\x20-\x7e]/)
  if (at >= 0) {
    throw new Problem('invalid_encoding', `The header ${name} may hold ASCII only: it goes wrong at byte ${at}.`)
  }
}

/** Why a request target cannot be read exactly; `undefined` when it can. RFC 3986 has no other characters in it. */
export function targetFault(url: string): Problem | undefined {
  const at = url.search(/[^!-~]|#/)
  if (at >= 0) {
    const detail = `The address may hold no space, no # and ASCII only, all else is percent-encoded: it goes wrong at byte ${at}.`
    return new Problem('invalid_encoding', detail)
  }
  if (!url.includes('%')) return undefined
  try {
    decodeURIComponent(url)
    return undefined
  } catch {
    return percentProblem(url, 'The address')
  }
}

/** Throws `invalid_encoding` when the Content-Type says another charset than UTF-8, which is what bodies are read as. */
export function checkCharset(contentType: string | undefined): void {
  if (!contentType?.includes(';')) return
  for (const parameter of contentType.toLowerCase().split(';').slice(1)) {
    const [name = '', value = ''] = parameter.split('=', 2)
    const charset = value.trim().replaceAll('"', '')
    if (name.trim() === 'charset' && charset !== 'utf-8' && charset !== 'utf8') {
      throw new Problem('invalid_encoding', 'Bodies are read as UTF-8: the Content-Type should say no other charset.')
    }
  }
}

/** Whether a body comes with a request that has none to send. Of a GET it is not even read. */
export function announcesBody({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && !/^0+$/.test(length))
}
