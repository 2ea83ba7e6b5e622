import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Log } from '../core/log.ts'
import { inNetworks, type Network } from '../core/networks.ts'
import { isPublic } from '../net/address-guard.ts'

/** Who sent a request, as far as requests are counted by it. */
export type Client = {
  /** An IPv4 address, or the first half of one of IPv6, since each household has a whole network of them. */
  address: string
  /** All of the address, as it is kept with what somebody has changed. Empty where a connection has none. */
  whole: string
  /**
   * Whether it is somebody by himself. What comes from a private network directly may be many: it may be a proxy that was not named,
   * behind which is everybody.
   */
  single: boolean
}

/** Says who sent a request. */
export type ClientOf = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => Client

// Each proxy adds one. What stands further to the left was written by whoever sent the request.
const hopsMax = 20

/**
 * Makes what finds the client of a request. It is whoever the connection comes from, unless that is a proxy that the operator trusts:
 * then it is the last in `X-Forwarded-For` that is none.
 */
export function findClients(trusted: readonly Network[], log: Pick<Log, 'warn'>): ClientOf {
  const isTrusted = inNetworks(trusted)
  let warned = false
  return ({ socket, headers }) => {
    const peer = plain(socket.remoteAddress ?? '')
    const trusts = isTrusted(peer)
    const found = trusts ? beyondProxies(peer, headers, isTrusted) : peer
    const single = found !== peer || isPublic(peer)
    if (!single && !trusts && !warned && headers['x-forwarded-for'] !== undefined) {
      warned = true
      log.warn(
        { address: peer },
        'X-Forwarded-For counts for nothing here: if this is the address of your proxy, name it in TALLYSTICK_TRUSTED_PROXIES',
      )
    }
    return { address: counted(found), whole: found, single }
  }
}

/** From right to left, past whoever is trusted. What cannot be read ends the search at the proxy that passed it on. */
function beyondProxies(
  peer: string,
  headers: IncomingMessage['headers'],
  isTrusted: (address: string) => boolean,
): string {
  const named = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .slice(-hopsMax)
    .reverse()
  let known = peer
  for (const one of named) {
    const address = plain(one.trim())
    if (isIP(address) === 0) return known
    known = address
    if (!isTrusted(address)) return known
  }
  return known
}

/** Without a port, brackets or the name of an interface. An IPv4 address that is written as one of IPv6 is that address. */
function plain(address: string): string {
  const [, bracketed, withPort] = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(address) ?? []
  return (bracketed ?? withPort ?? address).replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
}

function counted(address: string): string {
  return address.includes(':') ? networkOf(address) : address
}

/** The first four of the eight parts of an IPv6 address, in the one form that each has. */
function networkOf(address: string): string {
  const [before = '', after = ''] = address.split('::')
  const [head = [], tail = []] = [before, after].map((part) => part.split(':').filter((one) => one !== ''))
  const parts = [...head, ...Array<string>(8).fill('0')].slice(0, 8 - tail.length)
  return [...parts, ...tail]
    .slice(0, 4)
    .map((part) => part.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')
}
