import { afterAll, beforeAll, expect, test } from 'vitest'
import { integerArray } from '../../src/database/arrays.ts'
import { transaction } from '../../src/database/transaction.ts'
import { holdBooksSql } from '../../src/ledger/journal.ts'
import { eventually } from '../support/eventually.ts'
import { countWaiting } from '../support/locks.ts'
import { type TwoNodes, twoNodes } from '../support/two-nodes.ts'

let nodes: TwoNodes
beforeAll(async () => {
  nodes = await twoNodes()
})
afterAll(() => nodes.stop())

test.each([
  ['its own machine', 0],
  ['another machine', 1],
] as const)('books are closed behind what is under way on %s', async (_where, place) => {
  const [server] = nodes.servers
  const { pool, owner } = nodes.databases[place]
  const { rows } = await server.database.pool.query<{ id: number }>(
    "select id from environment where mode = 'test' order by id desc limit 1",
  )
  const held = Promise.withResolvers<void>()
  const underWay = transaction(pool, async (connection) => {
    await connection.query({ ...holdBooksSql, values: [integerArray([rows[0]?.id as number])] })
    await held.promise
  })
  let answered = false
  const day = `2025-0${1 + place}-01`
  const closing = server.api('PATCH', '/settings', { books_closed_until: day }).then((answer) => {
    answered = true
    return answer
  })
  await eventually(async () => (await countWaiting(owner)) > 0, 'the closing waits')
  expect(answered).toBe(false)
  held.resolve()
  await underWay
  const { status, body } = await closing
  expect([status, body.books_closed_until]).toEqual([200, day])
})
