import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type AddressRules, isPublic } from '../../src/net/address-guard.ts'
import { forbiddenNames } from './canary-names.ts'
import type { Orders, Report } from './canary-process.ts'
import { forbiddenAddresses, forbiddenHosts, misleadingAuthorities, zonedHosts } from './forbidden-addresses.ts'

const strict: AddressRules = { allow_loopback: false, allowed_hosts: [] }

/** Runs the guard and the client in a network of their own, in which every address is a canary's. */
async function inNamespace(orders: Orders): Promise<Report> {
  // Whoever is not root becomes it in a namespace of users.
  const rights = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const command = ['--net', ...rights, process.execPath, join(import.meta.dirname, 'canary-process.ts')]
  const env = { ...process.env, CANARY_ORDERS: JSON.stringify(orders) }
  try {
    const { stdout } = await promisify(execFile)('unshare', command, { env, timeout: 25_000, maxBuffer: 2 ** 24 })
    return JSON.parse(stdout)
  } catch (error) {
    throw new Error(
      `This test makes a network namespace of its own. It needs unshare (of util-linux), ip (of iproute2), and the right to make one: ${(error as Error).message}`,
    )
  }
}

const forbiddenHits = ({ hits }: Report) => hits.filter(({ address }) => !isPublic(address))

// Only Linux has such namespaces. Elsewhere the canaries on loopback in http-client.test.ts hold the same.
describe.skipIf(process.platform !== 'linux')('in a network where every address answers', { timeout: 30_000 }, () => {
  test('no spelling of an address that may not be reached is connected to, nor saved', async () => {
    const hosts = [...forbiddenHosts, ...zonedHosts]
    const misleading = misleadingAuthorities.flatMap((authority) =>
      ['127.0.0.1:PORT', '169.254.169.254', '[::1]:PORT', '2130706433:PORT'].map((host) =>
        authority.replace('%s', host),
      ),
    )
    const urls = [
      ...hosts.flatMap((host) => [`http://${host}:PORT/`, `https://${host}/`]),
      ...misleading.map((authority) => `http://${authority}/`),
    ]
    const report = await inNamespace({ rules: strict, urls, plain: forbiddenAddresses })
    expect(forbiddenHits(report)).toEqual([])
    expect(report.hits).toEqual([])
    expect(report.tried.filter(({ allowed }) => allowed)).toEqual([])
    // undefined: it is no URL at all.
    expect(new Set(report.tried.map(({ error }) => error))).toEqual(new Set(['address not allowed', undefined]))
    expect(report.tried.filter(({ error }) => error !== undefined).length).toBeGreaterThan(400)
    // The canary would have seen them: without a guard all but multicast, broadcast and link-local addresses are reached.
    const silent = forbiddenAddresses.filter((address) => !/^(?:22|23|255|::$|0\.0\.0\.0|fe[89ab]|ff)/.test(address))
    expect(report.seen.length).toBeGreaterThanOrEqual(silent.length)
    expect(report.seen).toEqual(expect.arrayContaining(['127.0.0.1', '10.0.0.0', '169.254.169.254', 'fc00::1', '::1']))
  })

  test('no name is connected to that has such an address, however often it changes, and no redirect is followed', async () => {
    const names = [...forbiddenNames, ...forbiddenNames.map((name) => `${name.toUpperCase()}.`)]
    const targets = [
      'http://169.254.169.254/',
      'http://127.0.0.1:PORT/',
      'http://loopback.example:PORT/',
      '//[::1]:PORT/',
    ]
    const redirects = [301, 302, 303, 307, 308].flatMap((status) =>
      targets.map((to) => `http://8.8.8.8:PORT/${status}?to=${encodeURIComponent(to)}`),
    )
    const changing = [
      ...Array(20).fill('http://rebinding.example:PORT/'),
      ...Array(5).fill('http://moved.example:PORT/'),
    ]
    const urls = [
      'http://public.example:PORT/',
      ...names.flatMap((name) => [`http://${name}:PORT/`, `https://${name}/`]),
      ...changing,
      ...redirects,
    ]
    const report = await inNamespace({ rules: strict, urls, plain: [] })
    expect(forbiddenHits(report)).toEqual([])
    const [control, ...others] = report.tried
    expect(control).toMatchObject({ status: 200 })
    const of = (part: string) => others.filter(({ url }) => url.includes(part))
    const named = others.filter(({ url }) => names.some((name) => url.includes(`//${name}`)))
    expect(named).toHaveLength(names.length * 2)
    expect(named.filter(({ error }) => error !== 'address not allowed')).toEqual([])
    // In turn: what was public at its look-up was connected to there, and nothing else was.
    expect(of('rebinding').map(({ status, error }) => status ?? error)).toEqual(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 200 : 'address not allowed')),
    )
    expect(of('moved').map(({ status, error }) => status ?? error)).toEqual([
      200,
      ...Array(4).fill('address not allowed'),
    ])
    expect(of('?to=').map(({ status }) => status)).toEqual(
      [301, 302, 303, 307, 308].flatMap((status) => Array(4).fill(status)),
    )
    // Each redirect was answered by one connection.
    expect(report.hits.filter(({ url }) => url.includes('?to='))).toHaveLength(20)
  })

  test('where private networks are opened, no metadata service and no disguise of an address is', async () => {
    const open = ['10.0.0.1', '192.168.0.1', '127.0.0.1', '[fd12::1]', '[::1]', 'private.example']
    const closed = [
      ...['169.254.169.254', '168.63.129.16', '100.100.100.200', '[fd00:ec2::254]', '[fe80::1]', '0.0.0.0', '[::]'],
      ...['[::ffff:10.0.0.1]', '[::10.0.0.1]', '[64:ff9b::a00:1]', '[2002:a00:1::]', '224.0.0.1', '192.0.2.1'],
      ...['2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518', '\u2460\u2465\u2468.254.169.254'],
      ...['metadata.example', 'local6.example', 'link6.example', 'mapped.example', 'nowhere.example', 'nat64.example'],
    ]
    const report = await inNamespace({
      rules: { ...strict, allow_private: true },
      urls: [...open, ...closed].map((host) => `http://${host}:PORT/`),
      plain: [],
    })
    expect(report.tried.slice(0, open.length).map(({ status }) => status)).toEqual(open.map(() => 200))
    expect(report.tried.slice(open.length).map(({ error }) => error)).toEqual(closed.map(() => 'address not allowed'))
    expect(report.hits).toHaveLength(open.length)
  })
})
