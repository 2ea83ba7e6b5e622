import { afterAll, beforeAll, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type Id, parseId } from '../../src/core/id/id.ts'
import { transaction } from '../../src/database/transaction.ts'
import type { DisputeFound } from '../../src/ledger/corrections/dispute-state.ts'
import { settleDispute } from '../../src/ledger/corrections/settle-dispute.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

const clock = settableClock(new Date())
let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

const post = async (path: string, body: unknown) => (await server.api('POST', path, body)).body
const get = async (path: string) => (await server.api('GET', path)).body

/** Books what a processor says of one of the disputes of a payment. */
async function settle(payment: { id: string }, reference: string, amount: bigint, money: DisputeFound['money']) {
  const { pool } = server.database
  const payment_id = parseId('payment', payment.id) as Id
  const { rows } = await pool.query<{ id: number }>('select environment_id as id from payment where id = $1', [
    payment_id,
  ])
  const environment = { id: rows[0]?.id ?? 0, mode: 'test' as const }
  const context = { environment, actor: 'job:test' as const, request_id: 'req', now: clock.now() }
  const status = money === 'taken' ? ('needs_response' as const) : ('won' as const)
  const found = { reference, amount, reason: 'fraudulent', status, respond_by: undefined, money }
  await transaction(pool, (connection) => settleDispute(connection, context, payment_id, found, clock.now()))
  clock.advance(1_000)
}

test('money of one dispute that comes back covers first what another took beyond what was left', async () => {
  const owed = { customer: 'twice', external_reference: 'twice', currency: 'ZAR', amount_due: 1_000 }
  await post('/billing/customers', { external_reference: 'twice' })
  const bill = await post('/billing/bills', owed)
  const payment = await post('/test/payments', { bill: bill.id, amount: 1_000, outcome: 'succeeded' })
  const amounts = async () => {
    const { applied_amount, unapplied_amount, reversed_amount } = await get(`/billing/payments/${payment.id}`)
    const { amount_remaining } = await get(`/billing/bills/${bill.id}`)
    return [applied_amount, unapplied_amount, reversed_amount, amount_remaining]
  }
  await settle(payment, 'one', 600n, 'taken')
  await settle(payment, 'two', 700n, 'taken')
  expect(await amounts()).toEqual([0, 0, 1_000, 1_000])
  const lost = async () =>
    (await get(`/collect/disputes?payment=${payment.id}`)).data.map(
      ({ amount, uncovered_amount }: { amount: number; uncovered_amount?: number }) => [amount, uncovered_amount],
    )
  expect(await lost()).toEqual([
    [700, 300],
    [600, undefined],
  ])
  // Of the 600 that are back, 300 are those that the other one took and nobody had.
  await settle(payment, 'one', 600n, 'returned')
  expect(await amounts()).toEqual([300, 0, 700, 700])
  expect(await lost()).toEqual([
    [700, undefined],
    [600, undefined],
  ])
  const { rows } = await server.database.pool.query<{ body: string }>(
    "select body from event where type = 'dispute.closed'",
  )
  expect(rows.map(({ body }) => JSON.parse(body).data.losses_amount)).toEqual([300])
  // The other one had taken 400 of the bill; what was covered is held.
  await settle(payment, 'two', 700n, 'returned')
  expect(await amounts()).toEqual([700, 300, 0, 300])
})
