import { promises as dns, type LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { SecureContext } from 'node:tls'
import { buildConnector } from 'undici'

/** What the operator allows beyond the public internet. */
export type AddressRules = {
  /** Local mode: the developer's own receiver on this machine may be reached, and with plain http. */
  allow_loopback: boolean
  /** Names or addresses, each with or without a port, that may be reached whatever they are, and with plain http. */
  allowed_hosts: readonly string[]
  /** Private networks and this machine may be reached, and with plain http; what a cloud tells its machines may not. */
  allow_private?: boolean
}

/** A URL in its normal form, or what is wrong with it and what to do. */
export type UrlCheck = { ok: true; url: string } | { ok: false; detail: string }

/** Decides which addresses outgoing HTTP may reach. */
export type AddressGuard = {
  /** Checks a URL before it is saved, and gives its normal form. Names are not resolved: that is checked at each connect. */
  checkUrl(text: string): UrlCheck
  /** Whether the operator named this host, so that whatever it resolves to may be reached. */
  isNamed(host: string, port: number): boolean
  /** Whether an address may be reached by a host that the operator did not name. */
  isReachable(address: string): boolean
  /**
   * Resolves a name for `net.connect`, and refuses it unless every address may be reached. The socket connects to the very
   * addresses that were checked, so a name that changes between check and use gains nothing.
   */
  lookup: LookupFunction
}

/** The host is, or resolves to, an address that may not be reached. */
class AddressNotAllowed extends Error {
  readonly code = 'ADDRESS_NOT_ALLOWED'
}

// What is not the public internet. Source: the IANA special-purpose registries (RFC 6890), and 168.63.129.16, the one cloud
// metadata service that is outside of them.
const forbiddenV4: [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

// All of IPv6 but 2000::/3 is refused: so are ::, ::1, mapped addresses, NAT64, unique local, link-local, site-local and
// multicast. Within it, these are protocol assignments with Teredo, documentation, and 6to4, which carries an IPv4 address.
const publicV6: [network: string, prefix: number] = ['2000::', 3]
const forbiddenV6: [network: string, prefix: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const v4 = new BlockList()
for (const [network, prefix] of forbiddenV4) v4.addSubnet(network, prefix, 'ipv4')
const v6 = new BlockList()
for (const [network, prefix] of forbiddenV6) v6.addSubnet(network, prefix, 'ipv6')
const v6Public = new BlockList()
v6Public.addSubnet(...publicV6, 'ipv6')
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')

/** Whether an address is one of the public internet. */
export function isPublic(address: string): boolean {
  const family = isIP(address)
  return family === 4
    ? !v4.check(address, 'ipv4')
    : family === 6 && v6Public.check(address, 'ipv6') && !v6.check(address, 'ipv6')
}

function isLoopback(address: string): boolean {
  // Only the plain spelling: a mapped address (::ffff:127.0.0.1) is never what a developer means.
  return address === '::1' || (isIP(address) === 4 && loopback.check(address, 'ipv4'))
}

// What an operator may open (RFC 1918, 6598 and 4193, and loopback). The metadata services of clouds are elsewhere, but for that of
// AWS over IPv6.
const privateV4 = new BlockList()
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  privateV4.addSubnet(network, prefix, 'ipv4')
}
// 100.100.100.200 is the metadata service of Alibaba Cloud.
const metadata = new BlockList()
metadata.addAddress('100.100.100.200', 'ipv4')
metadata.addSubnet('fd00:ec2::', 32, 'ipv6')
const privateV6 = new BlockList()
privateV6.addSubnet('fc00::', 7, 'ipv6')
privateV6.addAddress('::1', 'ipv6')

function isPrivate(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return privateV4.check(address, 'ipv4') && !metadata.check(address, 'ipv4')
  return family === 6 && privateV6.check(address, 'ipv6') && !metadata.check(address, 'ipv6')
}

// The names that hosts files give to this machine, besides those of RFC 6761.
const localNames = new Set(['localhost', 'localhost.localdomain', 'localhost6', 'ip6-localhost', 'ip6-loopback'])
const isLocalName = (host: string) =>
  localNames.has(host) || host.endsWith('.localhost') || host.endsWith('.localhost.localdomain')

/** Whether a name is none of the public internet: of one label, or of a zone that is kept for private networks. */
function isPrivateName(host: string): boolean {
  return isLocalName(host) || !host.includes('.') || /\.(?:internal|local|localdomain|lan|home\.arpa)$/.test(host)
}

/**
 * A host as it is compared: without brackets or a dot at the end, in lower case and the normal form that WHATWG URL
 * gives.
 */
function plainHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

function readAllowedHost(entry: string): string {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry)
  const host = match?.[1]
  if (!host || !URL.canParse(`http://${host}`)) {
    throw new RangeError(`The allowed host "${entry}" is neither a name nor an address, with or without a port.`)
  }
  const name = plainHost(new URL(`http://${host}`).hostname)
  return match[2] === undefined ? name : `${name} ${Number(match[2])}`
}

/**
 * Makes a guard of the operator's rules. Throws RangeError for an allowed host that cannot be read. `resolve` is for tests.
 */
export function createAddressGuard(rules: AddressRules, resolve = resolveAll): AddressGuard {
  const named = new Set(rules.allowed_hosts.map(readAllowedHost))
  const isNamed = (host: string, port: number) => {
    const name = plainHost(host)
    return named.has(name) || named.has(`${name} ${port}`)
  }
  const isReachable = (address: string) =>
    isPublic(address) ||
    (rules.allow_loopback && isLoopback(address)) ||
    (rules.allow_private === true && isPrivate(address))
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (!first || !addresses.every(({ address }) => isReachable(address))) {
          callback(new AddressNotAllowed(`${hostname} resolves to an address that may not be reached`), '')
        } else if (options.all) callback(null, addresses)
        else callback(null, first.address, first.family)
      },
      (error: Error) => callback(error, ''),
    )
  }
  return { checkUrl: (text) => checkUrl(text, rules, isNamed, isReachable), isNamed, isReachable, lookup }
}

/**
 * Opens the sockets of outgoing HTTP, only to addresses that the guard lets through. An address that is written in the
 * URL is never looked up, so it is checked here. Without a context of its own TLS trusts whom Node trusts.
 */
export function guardedConnector(
  guard: AddressGuard,
  timeout_ms: number,
  secureContext?: SecureContext,
): buildConnector.connector {
  const options = { timeout: timeout_ms, allowH2: false, ...(secureContext && { secureContext }) }
  const anywhere = buildConnector(options)
  const checked = buildConnector({ ...options, lookup: guard.lookup })
  return (options, callback) => {
    const { hostname } = options
    if (guard.isNamed(hostname, portOf(options))) return anywhere(options, callback)
    if (isIP(hostname) !== 0 && !guard.isReachable(hostname)) {
      // Later, as a socket's own error would be: undici is still setting up this connection.
      setImmediate(callback, new AddressNotAllowed(`${hostname} may not be reached`), null)
      return
    }
    checked(options, callback)
  }
}

// Sockets to one name that open together share one look-up: getaddrinfo has four threads for the whole process, and a name
// server that hangs would take them all.
const resolving = new Map<string, Promise<LookupAddress[]>>()

function resolveAll(hostname: string): Promise<LookupAddress[]> {
  const running = resolving.get(hostname)
  if (running) return running
  const started = dns.lookup(hostname, { all: true }).finally(() => resolving.delete(hostname))
  resolving.set(hostname, started)
  return started
}

function checkUrl(
  text: string,
  rules: AddressRules,
  isNamed: AddressGuard['isNamed'],
  isReachable: AddressGuard['isReachable'],
): UrlCheck {
  const refuse = (detail: string): UrlCheck => ({ ok: false, detail })
  // A parser would take these away, and a reader would see another address than the one that is called.
  if (/[^\S ]|\p{Cc}|^ | $/u.test(text)) return refuse('The URL must not contain white space or control characters.')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:\/\//i.test(text)) {
    return refuse('The URL must be absolute and begin with https://, such as https://example.com/webhooks.')
  }
  if (url.username !== '' || url.password !== '') return refuse('The URL must not contain a user name or a password.')
  if (url.href.includes('#')) return refuse('The URL must not contain a fragment (the part from # on).')
  const host = plainHost(url.hostname)
  if (host === '') return refuse('The URL must name a host.')
  if (!isHost(host)) return refuse('The host must be a name, such as example.com, or an address.')
  if (url.port === '0') return refuse('The port must be from 1 to 65535.')
  if (normalForm(url).length > urlLengthMax) return refuse(`The URL must have at most ${urlLengthMax} characters.`)
  if (isNamed(host, portOf(url))) return { ok: true, url: normalForm(url) }
  const local = isLocalName(host) || isLoopback(host)
  const open = rules.allow_private === true
  const refused = local ? !rules.allow_loopback && !open : isIP(host) !== 0 && !isReachable(host)
  if (refused) {
    return refuse(
      `${host} is not a public address. A private receiver must be listed in TALLYSTICK_WEBHOOK_ALLOWED_HOSTS, or all be allowed by TALLYSTICK_WEBHOOK_ALLOW_PRIVATE.`,
    )
  }
  const plainHttp = local || (open && (isIP(host) === 0 ? isPrivateName(host) : isPrivate(host)))
  if (url.protocol === 'http:' && !plainHttp) return refuse('The URL must begin with https://.')
  return { ok: true, url: normalForm(url) }
}

// Of the normal form, which may be longer than what was sent: a letter outside ASCII takes up to twelve characters.
const urlLengthMax = 2_000

/** Whether a host is an address, or a name that can be looked up: labels of 1 to 63 characters (RFC 1035, 2.3.4). */
function isHost(host: string): boolean {
  if (isIP(host) !== 0) return true
  return host.length <= 253 && host.split('.').every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))
}

/** The port that a URL is reached at. */
function portOf(url: { protocol: string; port: string }): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}

/** Without the dot at the end of a name: certificates are made out to the name without it. */
function normalForm(url: URL): string {
  url.hostname = url.hostname.replace(/\.$/, '')
  return url.href
}
