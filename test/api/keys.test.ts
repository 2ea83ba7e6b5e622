import type { IncomingMessage } from 'node:http'
import type { QueryResultRow } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAuthenticator } from '../../src/api/auth.ts'
import { createKeyUses } from '../../src/api/key-uses.ts'
import { settableClock } from '../../src/core/clock.ts'
import { formatId } from '../../src/core/id/id.ts'
import type { Queryable } from '../../src/database/pool.ts'
import { createKey, listKeys, revokeKey, rollKey } from '../../src/merchant/keys.ts'
import { ensureFirstMerchant } from '../../src/merchant/merchant.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'

const start = new Date('2026-11-02T09:00:00Z')
const clock = settableClock(start)
const day = 86_400_000
let database: TestDatabase
let servers: TestServer[]
beforeAll(async () => {
  database = await testDatabase()
  // Two processes on one database, each with a cache of its own.
  const merchant = (slug: string) => ({ name: slug, slug })
  servers = [
    await testServer({ database, clock, merchant: merchant('one') }),
    await testServer({ database, clock, merchant: merchant('two') }),
  ]
})
afterAll(async () => {
  for (const server of servers) await server.stop()
  await database.drop()
})

/** What each of the servers answers to a key. */
async function answers(secret: string): Promise<string[]> {
  const all = servers.map((server) => server.api('GET', '/settings', undefined, { authorization: `Bearer ${secret}` }))
  return (await Promise.all(all)).map(({ status, body }) => (status === 200 ? 'served' : `${status} ${body.code}`))
}

const make = (expires_at?: Date) => createKey(database.pool, { slug: 'one', mode: 'live', expires_at }, clock.now())
const shown = (id: string) => formatId('api_key', id)

async function audited(id: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ actor: string; action: string }>(
    "select actor, action from audit_entry where object_kind = 'api_key' and object_id = $1 order by id",
    [id],
  )
  return rows.map(({ actor, action }) => `${actor}: ${action}`)
}

describe('a key that is taken back', () => {
  test('is refused by every process within a second, and that is kept with who did it', async () => {
    const { id, secret } = await make()
    expect(await answers(secret)).toEqual(['served', 'served'])
    await revokeKey(database.pool, shown(id), clock.now())
    const revoked = performance.now()
    await eventually(
      async () => (await answers(secret)).every((answer) => answer === '403 key_revoked'),
      'refused',
      3_000,
    )
    expect(performance.now() - revoked).toBeLessThan(2_000)
    expect(await audited(id)).toEqual(['command:keys create: created', 'command:keys revoke: revoked'])
  })

  test('is found by what is shown of it, and stays as it was when it is taken back again', async () => {
    const { id, secret } = await make()
    const hint = `${secret.slice(0, 11)}…${secret.slice(-4)}`
    const first = await revokeKey(database.pool, hint, clock.now())
    expect([first.id, first.hint]).toEqual([id, hint])
    const second = await revokeKey(database.pool, hint.replace('…', '...'), new Date(start.getTime() + day))
    expect(second.revoked_at).toEqual(first.revoked_at)
    expect(await audited(id)).toHaveLength(2)
  })

  test('has to be one, and only one', async () => {
    await expect(revokeKey(database.pool, 'sk_nothing…none', start)).rejects.toThrow(/There is no key sk_nothing…none/)
    await expect(revokeKey(database.pool, shown('00000000-0000-0000-0000-000000000000'), start)).rejects.toThrow(
      /There is no key key_/,
    )
    const [one, other] = [await make(), await make()]
    await database.owner.query("update api_key set hint = 'sk_twins…same' where id = any ($1)", [[one.id, other.id]])
    const both = [one.id, other.id].map(shown).join(', ')
    await expect(revokeKey(database.pool, 'sk_twins…same', start)).rejects.toThrow(
      `2 keys match sk_twins…same: name one by its id, ${both}.`,
    )
  })
})

describe('a key that is rolled', () => {
  test('makes one of the same environment, and is valid for the overlap yet', async () => {
    const { id, secret } = await make()
    const { made, old } = await rollKey(database.pool, shown(id), day, clock.now())
    expect(old.expires_at).toEqual(new Date(clock.now().getTime() + day))
    expect(made.secret).toMatch(/^sk_[0-9a-f]{48}$/)
    expect([await answers(secret), await answers(made.secret)]).toEqual([
      ['served', 'served'],
      ['served', 'served'],
    ])
    const rows = await listKeys(database.pool, 'one')
    expect(rows.filter((row) => [id, made.id].includes(row.id)).map(({ slug, mode }) => [slug, mode])).toEqual([
      ['one', 'live'],
      ['one', 'live'],
    ])
    expect(await audited(id)).toEqual(['command:keys create: created', 'command:keys roll: updated'])
    expect(await audited(made.id)).toEqual(['command:keys roll: created'])
    clock.advance(day + 1)
    // What is cached of a key says until when it is valid.
    await eventually(async () => (await answers(secret)).every((answer) => answer === '403 key_expired'), 'expired')
    expect(await answers(made.secret)).toEqual(['served', 'served'])
    clock.set(start)
  })

  test('expires no later than it would have, and is none that has expired or was revoked', async () => {
    const soon = new Date(start.getTime() + 60_000)
    const { id } = await make(soon)
    expect((await rollKey(database.pool, shown(id), day, start)).old.expires_at).toEqual(soon)
    await expect(rollKey(database.pool, shown(id), day, soon)).rejects.toThrow(/has expired/)
    await revokeKey(database.pool, shown(id), start)
    await expect(rollKey(database.pool, shown(id), day, start)).rejects.toThrow(/has been revoked/)
  })
})

test('of two servers that note the use of a key on one day, one writes it, and none before it is asked to', async () => {
  const { id } = await make()
  const lastUsed = async () => (await listKeys(database.pool)).find((row) => row.id === id)?.last_used_on
  const [one, other] = [createKeyUses(), createKeyUses()]
  for (const uses of [one, one, other]) uses.note(id, start)
  expect(await lastUsed()).toBeNull()
  let writes = 0
  const counting: Queryable = {
    async query<Row extends QueryResultRow>(...args: Parameters<Queryable['query']>) {
      const result = await database.pool.query<Row>(args[0] as string, args[1])
      writes += result.rowCount ?? 0
      return result
    },
  }
  for (const uses of [one, other, one]) await uses.write(counting)
  expect([writes, await lastUsed()]).toEqual([1, '2026-11-02'])
  // The last use of a day that is written on the next is of that day, and a write that fails is made up for.
  one.note(id, new Date(start.getTime() + day))
  const away: Queryable = { query: () => Promise.reject(new Error('the database is away')) }
  await expect(one.write(away)).rejects.toThrow('away')
  await one.write(counting)
  expect([writes, await lastUsed()]).toEqual([2, '2026-11-03'])
})

describe('keys that are none', () => {
  const unlimited = { count: () => undefined, takeBack: () => {} }
  const nobody = { headers: {} } as IncomingMessage

  /** A pool that counts what it is asked. */
  function countingPool() {
    const counts = { queries: 0 }
    const query = (...args: Parameters<typeof database.pool.query>) => {
      counts.queries += 1
      return database.pool.query(...args)
    }
    return { counts, pool: { query } as unknown as typeof database.pool }
  }

  test('a thousand in a second are a few queries, whether they are one key or a thousand, at once or in turns', async () => {
    const { counts, pool } = countingPool()
    const authenticator = createAuthenticator(pool, clock, createKeyUses(), unlimited)
    const refused = async (key: string) =>
      expect(authenticator.authenticate(`Bearer ${key}`, nobody)).rejects.toMatchObject({ code: 'unauthenticated' })
    for (let count = 0; count < 200; count++) await refused('sk_test_the_same')
    expect(counts.queries).toBe(1)
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => refused(`sk_test_${index}`)))
    expect(counts.queries).toBe(2)
    // One after the other, as fast as one caller can.
    const [before, began] = [counts.queries, performance.now()]
    for (let count = 0; count < 50; count++) await refused(`sk_test_turn_${count}`)
    expect(counts.queries - before).toBeLessThanOrEqual(Math.ceil((performance.now() - began) / 10) + 1)
  })

  test('drive out no key that is one, and a look-up that hangs holds up no other', async () => {
    const { secret } = await make()
    const hanging = new Promise<never>(() => {})
    let queries = 0
    const query = (...args: Parameters<typeof database.pool.query>) => {
      queries += 1
      return queries === 1 ? hanging : database.pool.query(...args)
    }
    const pool = { query } as unknown as typeof database.pool
    const authenticator = createAuthenticator(pool, clock, createKeyUses(), unlimited)
    void authenticator.authenticate('Bearer sk_test_hangs', nobody)
    await eventually(() => queries === 1, 'the first is looked up')
    expect((await authenticator.authenticate(`Bearer ${secret}`, nobody)).environment.merchant_slug).toBe('one')
  })
})

test('what is shown of a short key that somebody chose leaves most of it out', async () => {
  await ensureFirstMerchant(database.pool, 'sk_test_12345678', start)
  const hints = (await listKeys(database.pool)).map(({ hint }) => hint)
  expect(hints).toContain('sk_test_…78')
  expect(hints.filter((hint) => /^sk_test_[0-9a-f]{3}…[0-9a-f]{4}$/.test(hint)).length).toBeGreaterThan(0)
})
