import { randomUUID } from 'node:crypto'
import { encode } from './id/base62.ts'

/**
 * A new id for a request: `req_` and 22 base62 characters. It is logged, returned as `Request-Id`, and stored with what
 * the request entered.
 */
export function newRequestId(): string {
  return `req_${encode(randomUUID())}`
}
