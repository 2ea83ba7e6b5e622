import { BlockList, isIP } from 'node:net'

/** A network by its first address and how many of its bits are fixed. A single address has all of them fixed. */
export type Network = { address: string; prefix: number }

/**
 * Reads addresses and networks, comma-separated: `10.0.0.0/8, ::1`. Undefined when one cannot be read, and for a prefix of 0: that is
 * everybody.
 */
export function readNetworks(text: string): Network[] | undefined {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  const networks = entries.map(readNetwork)
  return networks.every((network) => network !== undefined) ? networks : undefined
}

function readNetwork(entry: string): Network | undefined {
  const [, address = '', digits] = /^([0-9a-f:.]+)(?:\/(\d{1,3}))?$/i.exec(entry) ?? []
  const family = isIP(address)
  const bits = family === 6 ? 128 : 32
  const prefix = digits === undefined ? bits : Number.parseInt(digits, 10)
  return family !== 0 && prefix >= 1 && prefix <= bits ? { address, prefix } : undefined
}

/** Makes the question whether an address is in one of the networks. What is no address is in none. */
export function inNetworks(networks: readonly Network[]): (address: string) => boolean {
  const list = new BlockList()
  for (const { address, prefix } of networks) list.addSubnet(address, prefix, familyOf(address))
  return (address) => isIP(address) !== 0 && !address.includes('%') && list.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
