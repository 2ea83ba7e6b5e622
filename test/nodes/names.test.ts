import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/core/id/id.ts'
import { sha256 } from '../../src/core/secret.ts'
import type { Connection } from '../../src/database/pool.ts'
import { transaction } from '../../src/database/transaction.ts'
import { type ReservableName, releaseName, reserveNames } from '../../src/ledger/payments/reservations/names.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  // What is reserved here has no payment.
  database = await testDatabase({ verify: false })
})
afterAll(() => database.drop())

let serial = 0
const kinds = ['key', 'reference'] as const

/** A new name of a kind, as one request comes with it. */
function nameOf(kind: ReservableName['kind'], text = `name-${++serial}`, request = 'one'): ReservableName {
  const bucket = 7
  const found_by = kind === 'key' ? [1, text, bucket] : [1, 'till', text, bucket]
  const [id, fingerprint] = [newId(9, Date.now()), sha256(request)]
  return { kind, name: text, environment_id: 1, bucket, found_by, fingerprint, id, replaces: null }
}

const inOne = <T>(work: (connection: Connection) => Promise<T>) => transaction(database.pool, work)
const reserve = async (name: ReservableName) => (await inOne((connection) => reserveNames(connection, [name])))[0]
const release = (name: ReservableName, holders = 1) =>
  inOne((connection) => releaseName(connection, { ...name, holders }))

describe.each(kinds)('a reserved %s', (kind) => {
  test('names what the first has chosen, for whoever comes with the same request', async () => {
    const first = nameOf(kind)
    expect(await reserve(first)).toMatchObject({ id: first.id, holders: 1 })
    const second = { ...first, id: newId(9, Date.now()) }
    expect(await reserve(second)).toMatchObject({ id: first.id, holders: 2 })
  })

  test('is told to another request as it is, and is not held for it', async () => {
    const first = nameOf(kind)
    await reserve(first)
    const other = nameOf(kind, first.name, 'another')
    expect(await reserve(other)).toMatchObject({ id: first.id, fingerprint: first.fingerprint, holders: 1 })
    await release(other)
    expect(await reserve(first)).toMatchObject({ holders: 2 })
  })

  test('is given up by its only holder, and then belongs to whoever comes next', async () => {
    const first = nameOf(kind)
    await reserve(first)
    await release(first)
    const other = nameOf(kind, first.name, 'another')
    expect(await reserve(other)).toMatchObject({ id: other.id, holders: 1 })
  })

  test('is not given up when somebody has come for it since, who may be applying what it names', async () => {
    const first = nameOf(kind)
    await reserve(first)
    await reserve({ ...first, id: newId(9, Date.now()) })
    await release(first)
    expect(await reserve(first)).toMatchObject({ id: first.id, holders: 3 })
  })

  test('that was sent twice by one process, for a lost connection, is not its own to give up', async () => {
    const first = nameOf(kind)
    await reserve(first)
    expect(await reserve(first)).toMatchObject({ id: first.id, holders: 2 })
  })
})

test('names of one batch have their answers in the order of the batch', async () => {
  const names = [nameOf('reference', 'z'), nameOf('key', 'b'), nameOf('reference', 'a'), nameOf('key', 'y')]
  const rows = await inOne((connection) => reserveNames(connection, names))
  expect(rows.map((row) => row?.id)).toEqual(names.map(({ id }) => id))
})
