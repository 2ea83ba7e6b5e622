import { isIP } from 'node:net'
import type { FastifyRequest } from './fastify.ts'

/** Where a change comes from, as it is kept with it; undefined with a public key, which a payer's browser sends. */
export function callerAddress({ ip, by_public_key }: Pick<FastifyRequest, 'ip' | 'by_public_key'>): string | undefined {
  if (by_public_key) return undefined
  // An IPv4 address that is written as one of IPv6 is that address.
  const address = ip?.replace(/^::ffff:(?=\d+\.)/i, '')
  return isIP(address) === 0 ? undefined : address
}
