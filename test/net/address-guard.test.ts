import type { LookupAddress } from 'node:dns'
import { beforeEach, describe, expect, test } from 'vitest'
import { forbiddenAddresses, forbiddenHosts, misleadingAuthorities, zonedHosts } from './forbidden-addresses.ts'

// Loaded in the tests and not before them, so that a mutant of a list that is made then is seen by a test that fails.
let createAddressGuard: typeof import('../../src/net/address-guard.ts').createAddressGuard
let strict: ReturnType<typeof createAddressGuard>
let local: ReturnType<typeof createAddressGuard>
beforeEach(async () => {
  ;({ createAddressGuard } = await import('../../src/net/address-guard.ts'))
  strict = createAddressGuard({ allow_loopback: false, allowed_hosts: [] })
  local = createAddressGuard({ allow_loopback: true, allowed_hosts: [] })
})

const forbidden = [...forbiddenAddresses, 'fe80::1%eth0', 'localhost', '']
const reachable = [
  ...[
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
  ],
  ...[
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
  ],
  ...['198.20.0.0', '223.255.255.255', '168.63.129.15', '168.63.129.17'],
  ...['2606:4700::1111', '2001:200::1', '2001:4860:4860::8888', '2003::1', '2a00::1', '3ffe::1'],
]

describe('addresses', () => {
  test.each(forbidden)('%s may not be reached', (address) => {
    expect(strict.isReachable(address)).toBe(false)
  })

  test.each(reachable)('%s may be reached', (address) => {
    expect(strict.isReachable(address)).toBe(true)
  })

  test('in local mode loopback may be reached too, and no other', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1'].map(local.isReachable)).toEqual([true, true, true])
    expect(forbidden.filter(local.isReachable)).toEqual(['127.0.0.1', '127.255.255.255', '::1'])
  })
})

describe('a URL to save', () => {
  test.each([
    ['https://example.com', 'https://example.com/'],
    ['https://EXAMPLE.com./hook?a=1', 'https://example.com/hook?a=1'],
    ['https://example.com:8443/hook', 'https://example.com:8443/hook'],
    ['https://8.8.8.8/', 'https://8.8.8.8/'],
    ['https://[2606:4700::1111]/', 'https://[2606:4700::1111]/'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://example.com:443/a/../hook', 'https://example.com/hook'],
    ['https://example.com/a b', 'https://example.com/a%20b'],
    ['https://my_hook.example-1.com:65535/', 'https://my_hook.example-1.com:65535/'],
  ])('%s is taken', (text, url) => {
    expect(strict.checkUrl(text)).toEqual({ ok: true, url })
  })

  test.each([
    '',
    'example.com',
    '/hook',
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'gopher://example.com/',
    'http://example.com/',
    'https://user@example.com/',
    'https://user:password@example.com/',
    'https://example.com@127.0.0.1/',
    'https://example.com:80@127.0.0.1/',
    'https://example.com/#fragment',
    ' https://example.com/',
    'https://example.com/ ',
    'https://exam\nple.com/',
    'https://example.com/\thook',
    'https://example.com/\u00a0',
    'https://example.com/\u0000',
    'https:example.com',
    'https:/example.com/',
    'https:\\\\example.com\\',
    '//example.com/hook',
    'https://localhost.localdomain/',
    'https://ip6-localhost/',
    'https://example.com/#',
    'https://',
    'https://./',
    'https://example.com:99999/',
    'https://127.0.0.1:80:80/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://hook.localhost/',
    'http://localhost/',
    'https://example.com:0/',
    'https://a..b/',
    'https://.example.com/',
    'https://example.com../',
    'https://example.com。。/',
    'https://-.example.com/',
    'https://exa(mple).com/',
    `https://${'a'.repeat(64)}.example/`,
    `https://${'a.'.repeat(130)}example/`,
    `https://example.com/${'ü'.repeat(700)}`,
  ])('%s is refused', (text) => {
    expect(strict.checkUrl(text)).toEqual({ ok: false, detail: expect.any(String) })
  })

  test.each(forbiddenHosts.filter((host) => URL.canParse(`https://${host}/`)))(
    'the host %s is refused however it is spelled',
    (host) => {
      expect(strict.checkUrl(`https://${host}/`)).toEqual({
        ok: false,
        detail: expect.stringContaining('public address'),
      })
    },
  )

  test.each([
    ...zonedHosts,
    ...misleadingAuthorities.map((authority) => authority.replace('%s', '127.0.0.1')),
    '8.8.8.8 .127.0.0.1',
    '127.0.0.1:80:80',
    '[::1',
  ])('https://%s/ is refused', (authority) => {
    expect(strict.checkUrl(`https://${authority}/`)).toEqual({ ok: false, detail: expect.any(String) })
  })

  const spaced = 'The URL must not contain white space or control characters.'
  const relative = 'The URL must be absolute and begin with https://, such as https://example.com/webhooks.'
  const noHost = 'The host must be a name, such as example.com, or an address.'
  test.each([
    [' https://example.com/', spaced],
    ['https://example.com/ ', spaced],
    ['https://exam\nple.com/', spaced],
    ['https://example.com/\u00a0', spaced],
    ['https://example.com/\u0000', spaced],
    ['', relative],
    ['x', relative],
    ['https:example.com', relative],
    ['data:https://example.com/', relative],
    ['https://user@example.com/', 'The URL must not contain a user name or a password.'],
    ['https://:password@example.com/', 'The URL must not contain a user name or a password.'],
    ['https://example.com/#', 'The URL must not contain a fragment (the part from # on).'],
    ['https://./', 'The URL must name a host.'],
    ['https://a..b/', noHost],
    [`https://${`${'a'.repeat(50)}.`.repeat(4)}${'a'.repeat(50)}/`, noHost],
    ['https://example.com:0/', 'The port must be from 1 to 65535.'],
    [`https://example.com/${'a'.repeat(1_981)}`, 'The URL must have at most 2000 characters.'],
    ['http://example.com/', 'The URL must begin with https://.'],
    [
      'https://10.0.0.1/',
      '10.0.0.1 is not a public address. A private receiver must be listed in TALLYSTICK_WEBHOOK_ALLOWED_HOSTS, or all be allowed by TALLYSTICK_WEBHOOK_ALLOW_PRIVATE.',
    ],
  ])('%j is refused with why', (text, detail) => {
    expect(strict.checkUrl(text)).toEqual({ ok: false, detail })
  })

  test.each([
    `https://example.com/${'a'.repeat(1_980)}`,
    `https://${`${'a'.repeat(50)}.`.repeat(4)}${'a'.repeat(49)}/`,
  ])('as long as may be: %s', (url) => {
    expect(strict.checkUrl(url)).toEqual({ ok: true, url })
  })

  test('every name of this machine is loopback, and none that only looks like one', () => {
    const names = ['localhost', 'localhost.localdomain', 'localhost6', 'ip6-localhost', 'ip6-loopback']
    for (const name of [...names, 'a.localhost', 'a.localhost.localdomain']) {
      expect([name, local.checkUrl(`http://${name}/`).ok, strict.checkUrl(`https://${name}/`).ok]).toEqual([
        name,
        true,
        false,
      ])
    }
    for (const name of ['alocalhost', 'localhost.example', 'localhost.localdomain.example']) {
      expect([name, local.checkUrl(`http://${name}/`).ok, strict.checkUrl(`https://${name}/`).ok]).toEqual([
        name,
        false,
        true,
      ])
    }
  })

  test('a mapped address of loopback is not loopback, in local mode neither', () => {
    expect(['::ffff:127.0.0.1', '::7f00:1', '64:ff9b::7f00:1'].filter(local.isReachable)).toEqual([])
    expect(local.isReachable('8.8.8.8')).toBe(true)
  })

  test('in local mode plain http to loopback is taken, and to no other host', () => {
    for (const url of ['http://127.0.0.1:9000/hook', 'http://localhost:9000/', 'http://[::1]/', 'https://127.0.0.1/']) {
      expect(local.checkUrl(url)).toEqual({ ok: true, url })
    }
    for (const url of ['http://example.com/', 'http://10.0.0.1/', 'https://10.0.0.1/', 'http://0.0.0.0/']) {
      expect(local.checkUrl(url).ok, url).toBe(false)
    }
  })

  test('a host that the operator named is taken by its exact name, with its port if that was given', () => {
    const allowed_hosts = ['hooks.internal', '10.0.0.5:8080', '[fd00::5]:81', 'fd00::6', 'Upper.Internal.']
    const guard = createAddressGuard({ allow_loopback: false, allowed_hosts })
    const accepted = (url: string) => guard.checkUrl(url).ok
    const taken = [
      'http://hooks.internal/',
      'https://hooks.internal:9/',
      'http://10.0.0.5:8080/',
      'http://[fd00::5]:81/',
    ]
    expect(
      [...taken, 'http://[fd00::6]:7/', 'http://upper.internal/', 'http://167772165:8080/'].filter(
        (url) => !accepted(url),
      ),
    ).toEqual([])
    const refused = ['http://10.0.0.5/', 'https://10.0.0.5:8081/', 'http://[fd00::5]/', 'https://10.0.0.6/']
    expect([...refused, 'http://x.hooks.internal/', 'http://hooks.internal.evil.example/'].filter(accepted)).toEqual([])
  })

  test('every private network may be opened by one switch, with plain http, and no metadata service with it', () => {
    const guard = createAddressGuard({ allow_loopback: false, allowed_hosts: [], allow_private: true })
    const accepted = (url: string) => guard.checkUrl(url).ok
    const hosts = [
      '10.0.0.1',
      '172.16.5.4',
      '192.168.1.1',
      '100.64.0.1',
      '127.0.0.1',
      '[::1]',
      '[fd12::1]',
      'localhost',
    ]
    const names = ['receiver', 'hooks.internal', 'printer.local', '167772161']
    const taken = [...hosts, ...names].flatMap((host) => [`http://${host}:81/`, `https://${host}/`])
    expect(taken.filter((url) => !accepted(url))).toEqual([])
    const closed = ['169.254.169.254', '168.63.129.16', '100.100.100.200', '[fd00:ec2::254]', '[fe80::1]', '0.0.0.0']
    const others = ['[::ffff:10.0.0.1]', '[64:ff9b::a00:1]', '224.0.0.1', '192.0.2.1']
    expect([...closed, ...others].map((host) => `https://${host}/`).filter(accepted)).toEqual([])
    expect(['http://example.com/', 'http://8.8.8.8/', 'http://a.local.example.com/'].filter(accepted)).toEqual([])
    expect(['10.0.0.1', '169.254.169.254', 'fd00:ec2::254', '8.8.8.8'].map(guard.isReachable)).toEqual([
      true,
      false,
      false,
      true,
    ])
  })

  test('a port that is the default of its protocol is the same port', () => {
    const guard = createAddressGuard({ allow_loopback: false, allowed_hosts: ['10.0.0.5:80', '10.0.0.6:443'] })
    expect(guard.checkUrl('http://10.0.0.5/').ok).toBe(true)
    expect(guard.checkUrl('https://10.0.0.6/').ok).toBe(true)
    expect(guard.checkUrl('https://10.0.0.5/').ok).toBe(false)
  })

  test('an allowed host that cannot be read stops the start', () => {
    expect(() => createAddressGuard({ allow_loopback: false, allowed_hosts: ['http://x/'] })).toThrow('http://x/')
    expect(() => createAddressGuard({ allow_loopback: false, allowed_hosts: ['a b'] })).toThrow('a b')
  })
})

describe('a name that is resolved', () => {
  const resolvingTo = (...addresses: string[]) =>
    createAddressGuard({ allow_loopback: false, allowed_hosts: [] }, async () =>
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  const lookup = (guard: typeof strict, all: boolean) =>
    new Promise((resolve, reject) => {
      guard.lookup('hook.example', { all }, (error, address) => (error ? reject(error) : resolve(address)))
    })

  test('gives the addresses that were checked', async () => {
    const guard = resolvingTo('8.8.8.8', '2606:4700::1')
    const addresses = [
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ]
    expect(await lookup(guard, true)).toEqual(addresses)
    expect(await lookup(guard, false)).toBe('8.8.8.8')
  })

  test('is refused when one of several addresses is private', async () => {
    for (const addresses of [['8.8.8.8', '10.0.0.1'], ['::1', '8.8.8.8'], ['127.0.0.1'], []]) {
      await expect(lookup(resolvingTo(...addresses), true)).rejects.toMatchObject({
        code: 'ADDRESS_NOT_ALLOWED',
        message: 'hook.example resolves to an address that may not be reached',
      })
    }
  })

  test('that is not found is an error, with no address beside it', async () => {
    const guard = createAddressGuard({ allow_loopback: false, allowed_hosts: [] }, () => Promise.reject(new Error('x')))
    const seen = await new Promise((resolve) => guard.lookup('a.example', {}, (...all) => resolve(all)))
    expect(seen).toEqual([new Error('x'), ''])
    const refused = resolvingTo('10.0.0.1')
    const [, address] = await new Promise<unknown[]>((resolve) =>
      refused.lookup('a.example', {}, (...all) => resolve(all)),
    )
    expect(address).toBe('')
  })
})
