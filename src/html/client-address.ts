import type { FastifyRequest } from '../api/fastify.ts'
import { isPublic } from '../net/address-guard.ts'

/**
 * Where a request comes from, as far as attempts are counted by it: the address of the connection or, where that is no public one
 * and so a proxy's, the last that the proxy names. Of IPv6 the network, since each household has a whole one.
 */
export function clientAddress({ raw, headers }: Pick<FastifyRequest, 'raw' | 'headers'>): string {
  const peer = plain(raw.socket.remoteAddress ?? '')
  const named = headers['x-forwarded-for']
  const forwarded = String(named ?? '')
    .split(',')
    .at(-1)
    ?.trim()
  const address = isPublic(peer) || !forwarded ? peer : plain(forwarded)
  return address.includes(':') ? networkOf(address) : address
}

/** An IPv4 address that is written as one of IPv6 is that address. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

/** The first four of the eight parts of an IPv6 address. */
function networkOf(address: string): string {
  const [before = '', after = ''] = address.split('::')
  const [head, tail] = [before, after].map((part) => part.split(':').filter((one) => one !== ''))
  const parts = [...(head ?? []), ...Array<string>(8).fill('0')].slice(0, 8 - (tail?.length ?? 0))
  return [...parts, ...(tail ?? [])].slice(0, 4).join(':')
}
