import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { readNetworks } from '../../src/core/networks.ts'
import { rateLimitFields } from '../../src/core/rate-limit.ts'
import { shareOf } from '../../src/limits/bucket.ts'
import { findClients } from '../../src/limits/client-address.ts'
import { createLimiter, type Limiter, type LimiterParts } from '../../src/limits/limiter.ts'
import { type LimitKind, usualPolicies } from '../../src/limits/policies.ts'
import { Recent } from '../../src/limits/recent.ts'
import { deletePastLeases } from '../../src/limits/store.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

// Nothing grows again while a test runs.
const slow = { quota: 100, window_s: 1_000_000 }
const policies = { ...usualPolicies, link: slow, key: { quota: 20, window_s: 10 } }
const vault = { token: (...parts: string[]) => parts.join('/') }

/** The limiter of a process, on a clock of its own. */
function limiter(parts: Partial<LimiterParts> = {}): Limiter & { advance(ms: number): void; refused: LimitKind[] } {
  let now_ms = 1_000
  const refused: LimitKind[] = []
  const own = createLimiter({
    pool: database.pool,
    vault,
    policies,
    refused: (kind) => refused.push(kind),
    now_ms: () => now_ms,
    // On a busy machine it is shared too.
    lease_within_ms: 20_000,
    ...parts,
  })
  return {
    take: (kind, subject) => own.take(kind, subject),
    giveBack: (kind, subject) => own.giveBack(kind, subject),
    state: (kind, subject) => own.state(kind, subject),
    advance(ms) {
      now_ms += ms
    },
    refused,
  }
}

/** How many of so many are given, all asked for at once. */
async function given(by: Limiter, subject: string, asked: number, kind: LimitKind = 'link'): Promise<number> {
  const taken = await Promise.allSettled(Array.from({ length: asked }, async () => by.take(kind, subject)))
  return taken.filter(({ status }) => status === 'fulfilled').length
}

/** A pool that counts what it is asked. */
function counting() {
  const counts = { queries: 0 }
  const query = (...args: Parameters<typeof database.pool.query>) => {
    counts.queries += 1
    return database.pool.query(...args)
  }
  return { counts, pool: { query } as unknown as typeof database.pool }
}

describe('what may be asked for', () => {
  test('is given at once or one by one, exactly, by one process', async () => {
    expect(await given(limiter(), 'at-once', 300)).toBe(100)
    const one = limiter()
    let count = 0
    for (let asked = 0; asked < 150; asked++) count += await given(one, 'one-by-one', 1)
    expect(count).toBe(100)
    expect(one.refused).toEqual(Array.from({ length: 50 }, () => 'link'))
  })

  test('is shared by processes: a second one gives what it gives without asking, at the most', async () => {
    const [one, other, third] = [limiter(), limiter(), limiter()]
    const counts = await Promise.all([one, other, third].map((by) => given(by, 'shared', 200)))
    const total = counts.reduce((sum, count) => sum + count)
    expect(total).toBeGreaterThanOrEqual(100)
    expect(total).toBeLessThanOrEqual(100 + 2 * shareOf(slow))
    // What was given without asking is told with the next lease, so it is not given again.
    expect(await given(limiter(), 'shared', 50)).toBeLessThanOrEqual(shareOf(slow))
  })

  test('costs the database nothing until somebody is busy, then a statement for a tenth, and none for who is refused', async () => {
    const { counts, pool } = counting()
    const one = limiter({ pool })
    expect([await given(one, 'few', shareOf(slow)), counts.queries]).toEqual([10, 0])
    expect(await given(one, 'few', 1)).toBe(1)
    expect(counts.queries).toBe(1)
    for (let asked = 0; asked < 200; asked++) await given(one, 'few', 1)
    expect(counts.queries).toBeLessThanOrEqual(12)
  })

  test('grows again, evenly, and what is refused says when', async () => {
    const one = limiter({ pool: nowhere })
    expect(await given(one, 'k', 50, 'key')).toBe(20)
    const refusal = await Promise.resolve(one.take('key', 'k')).catch((error) => error)
    expect(refusal).toMatchObject({ code: 'rate_limited', status: 429, retryAfterS: 1, limit: { remaining: 0 } })
    one.advance(5_000)
    expect(await given(one, 'k', 50, 'key')).toBe(10)
    one.advance(10_000)
    expect(one.state('key', 'k')).toMatchObject({ quota: 20, window_s: 10, remaining: 20 })
  })

  test('comes back without asking at a tenth of the rate, however small it is', async () => {
    const { counts, pool } = counting()
    const one = limiter({ pool, policies: { ...policies, key: { quota: 5, window_s: 1 } } })
    expect([await given(one, 'small', 5, 'key'), counts.queries]).toEqual([5, 0])
    one.advance(3_000)
    expect([await given(one, 'small', 1, 'key'), counts.queries]).toEqual([1, 0])
    await given(one, 'small', 1, 'key')
    expect(counts.queries).toBe(1)
  })

  test('grows again in the database too', async () => {
    const fast = { quota: 20, window_s: 1 }
    const one = limiter({ policies: { ...usualPolicies, key: fast } })
    expect(await given(one, 'fast', 60, 'key')).toBeGreaterThanOrEqual(20)
    await database.owner.query(
      "update rate_lease set full_at = full_at - interval '500 ms' where subject like '%/fast'",
    )
    one.advance(600)
    expect(await given(one, 'fast', 60, 'key')).toBeGreaterThanOrEqual(10)
  })

  test('is given back when it did not count', async () => {
    const one = limiter()
    for (let asked = 0; asked < 300; asked++) {
      await one.take('link', 'honest')
      one.giveBack('link', 'honest')
    }
    expect(await given(one, 'honest', 200)).toBe(100)
  })

  test('is told of', async () => {
    const one = limiter()
    expect(one.state('key', 'new')).toEqual({ name: 'key', quota: 20, window_s: 10, remaining: 20, reset_s: 0 })
    await given(one, 'new', 8, 'key')
    const state = one.state('key', 'new')
    expect(state).toMatchObject({ remaining: 12, reset_s: 4 })
    expect(state && rateLimitFields(state)).toEqual({
      'ratelimit-policy': '"key";q=20;w=10',
      ratelimit: '"key";r=12;t=4',
    })
    expect(limiter({ policies: usualPolicies }).state('key', 'new')).toBeUndefined()
  })
})

const nowhere = { query: () => Promise.reject(new Error('away')) } as unknown as TestDatabase['pool']

describe('without a database', () => {
  test('a process gives what it would give alone, and asks once in a second', async () => {
    let asked = 0
    const pool = {
      query() {
        asked += 1
        return Promise.reject(new Error('away'))
      },
    } as unknown as TestDatabase['pool']
    const one = limiter({ pool })
    expect(await given(one, 'away', 300)).toBe(100)
    expect(await given(one, 'somebody else', 20)).toBe(20)
    expect(asked).toBe(1)
    one.advance(1_001)
    await given(one, 'a third', 20)
    expect(asked).toBe(2)
  })

  test('or with one that is silent, nobody waits for more than a moment', async () => {
    const pool = { query: () => new Promise(() => {}) } as unknown as TestDatabase['pool']
    const began = performance.now()
    expect(await given(limiter({ pool, lease_within_ms: undefined }), 'silent', 50)).toBe(50)
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})

describe('what is stored', () => {
  test('names nobody, and is deleted when it says nothing more', async () => {
    const one = limiter({ vault: { token: () => 'hashed' } })
    await given(one, '20.30.40.50', 50)
    const rows = async () =>
      (await database.owner.query("select kind, subject from rate_lease where subject = 'hashed'")).rows
    expect(await rows()).toEqual([{ kind: 'link', subject: 'hashed' }])
    await deletePastLeases(database.pool, 100)
    expect(await rows()).toHaveLength(1)
    await database.owner.query("update rate_lease set full_at = now() - interval '1 s' where subject = 'hashed'")
    await deletePastLeases(database.pool, 100)
    expect(await rows()).toEqual([])
  })

  test('in memory is of a bounded number, and of those who came last', () => {
    const recent = new Recent<object>(100)
    const first = recent.get('first', () => ({}))
    for (let name = 0; name < 99; name++) recent.get(`a${name}`, () => ({}))
    recent.get('new', () => ({}))
    expect(recent.get('first', () => ({}))).toBe(first)
    for (let name = 0; name < 1_000; name++) recent.get(`b${name}`, () => ({}))
    expect(recent.get('first', () => ({}))).not.toBe(first)
  })
})

describe('the client of a request', () => {
  const said: unknown[] = []
  const find = findClients(readNetworks('10.0.0.0/8, 2a00:9::/32, 127.0.0.1') ?? [], {
    warn: (facts) => said.push(facts),
  })
  const of = (remoteAddress: string | undefined, forwarded?: string) =>
    find({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } } as unknown as IncomingMessage)

  test.each([
    ['a stranger is himself, whatever he says', '203.0.114.9', '1.2.3.4', '203.0.114.9', true],
    ['also where his address is written as IPv6', '::ffff:203.0.114.9', '9.9.9.9', '203.0.114.9', true],
    ['a proxy says who it is', '10.0.0.7', '9.9.9.9', '9.9.9.9', true],
    ['also where its address is written as IPv6', '::ffff:10.0.0.7', '9.9.9.9', '9.9.9.9', true],
    ['what the client said of himself is to the left', '127.0.0.1', '6.6.6.6, 9.9.9.9', '9.9.9.9', true],
    ['several proxies are passed', '10.0.0.1', '6.6.6.6, 9.9.9.9, 10.0.0.3, 10.0.0.2', '9.9.9.9', true],
    ['all of them are proxies', '10.0.0.1', '10.0.0.3,10.0.0.2', '10.0.0.3', true],
    ['a client of a private network, behind a proxy', '10.0.0.1', '192.168.1.5', '192.168.1.5', true],
    ['a port is no part of it', '10.0.0.1', '9.9.9.9:4711', '9.9.9.9', true],
    ['nor are brackets', '10.0.0.1', '[2a00:1:2:3::9]:4711', '2a00:1:2:3', true],
    ['IPv6 counts by its network', '2a00:1:2:3:4:5:6:7', '9.9.9.9', '2a00:1:2:3', true],
    ['in one form', '2A00:0001::7', undefined, '2a00:1:0:0', true],
    ['a proxy with IPv6', '2a00:9::1', '2a00:1:2:3::9', '2a00:1:2:3', true],
    ['a proxy that names nobody', '10.0.0.1', undefined, '10.0.0.1', false],
    ['garbage', '10.0.0.1', 'unknown', '10.0.0.1', false],
    ['garbage behind a proxy', '10.0.0.1', '9.9.9.9, <script>, 10.0.0.2', '10.0.0.2', true],
    ['more garbage', '10.0.0.1', `,,,${'x'.repeat(9_000)}`, '10.0.0.1', false],
    ['the name of an interface', '10.0.0.1', 'fe80::1%eth0', 'fe80:0:0:0', true],
    ['a private address that nobody trusts may be many', '192.168.1.5', '9.9.9.9', '192.168.1.5', false],
    ['so may this machine', '::1', undefined, '0:0:0:0', false],
    ['nobody', undefined, undefined, '', false],
  ])('%s', (_what, peer, forwarded, address, single) => {
    expect(of(peer, forwarded)).toMatchObject({ address, single })
  })

  test('is looked for among the last twenty only', () => {
    expect(of('10.0.0.1', `9.9.9.9${', 10.1.1.1'.repeat(20)}`).address).toBe('10.1.1.1')
  })

  test('is asked for in the log, once, where a proxy was not named', () => {
    expect(said).toEqual([{ address: '192.168.1.5' }])
  })
})

describe('the settings', () => {
  const read = (settings: Record<string, string>) => readConfig(settings)

  test('are none by default', () => {
    expect(read({})).toMatchObject({ trusted_proxies: [], key_requests_per_s: undefined })
  })

  test('name addresses and networks', () => {
    const { trusted_proxies } = read({ TALLYSTICK_TRUSTED_PROXIES: ' 10.0.0.0/8, ::1 ,192.0.2.1,' })
    expect(trusted_proxies).toEqual([
      { address: '10.0.0.0', prefix: 8 },
      { address: '::1', prefix: 128 },
      { address: '192.0.2.1', prefix: 32 },
    ])
    expect(read({ TALLYSTICK_KEY_REQUESTS_PER_S: '250' }).key_requests_per_s).toBe(250)
  })

  test.each([
    '10.0.0.0/33',
    '10.0.0/8',
    '0.0.0.0/0',
    '::/0',
    'proxy.example.com',
    '10.0.0.1 10.0.0.2',
    '::1/',
    'fe80::1%1',
  ])('refuse the proxy %s', (text) => {
    expect(() => read({ TALLYSTICK_TRUSTED_PROXIES: text })).toThrow('TALLYSTICK_TRUSTED_PROXIES should be')
  })

  test.each(['0', '-1', '1.5', '1e3', 'many', '1000001'])('refuse %s requests in a second', (text) => {
    expect(() => read({ TALLYSTICK_KEY_REQUESTS_PER_S: text })).toThrow('TALLYSTICK_KEY_REQUESTS_PER_S should be')
  })
})
