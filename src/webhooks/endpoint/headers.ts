import { pointerOf } from '../../core/json-pointer.ts'
import { fieldProblem } from '../../core/problem.ts'

/** Names and values of headers. */
export type Headers = Readonly<Record<string, string>>

export const headersMax = 10

// What this server sets itself, and what belongs to one connection (RFC 9110, 7.6.1) or to the framing of the message.
const reserved = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
])
const reservedPrefix = /^(?:webhook-|proxy-)/

/**
 * The headers with those that are sent: each replaces the one of its name, in whatever case; null removes one, or all of them.
 * Throws `header_not_allowed`.
 */
export function mergeHeaders(
  headers: Headers,
  sent: Readonly<Record<string, string | null>> | null | undefined,
): Headers {
  if (sent === undefined) return headers
  if (sent === null) return {}
  const merged = new Map(Object.entries(headers).map((header) => [header[0].toLowerCase(), header]))
  const seen = new Set<string>()
  for (const [name, value] of Object.entries(sent)) {
    const key = name.toLowerCase()
    const refuse = (detail: string) => fieldProblem('header_not_allowed', pointerOf(['headers', name]), detail)
    if (reserved.has(key) || reservedPrefix.test(key)) throw refuse(`The header ${name} is set by the server.`)
    if (seen.has(key)) throw refuse(`The header ${name} is sent twice.`)
    seen.add(key)
    if (value === null) merged.delete(key)
    else merged.set(key, [name, value])
  }
  if (merged.size > headersMax) {
    throw fieldProblem('header_not_allowed', '/headers', `An endpoint has at most ${headersMax} headers of its own.`)
  }
  return Object.fromEntries(merged.values())
}

// A shorter value would be half shown by its end.
const endShownFrom = 12

/** The headers as they are shown: the last four characters of a long value tell which one it is. */
export function maskHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      `••••${value.length >= endShownFrom ? value.slice(-4) : ''}`,
    ]),
  )
}
