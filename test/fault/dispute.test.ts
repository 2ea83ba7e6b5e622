import { afterAll, beforeAll, expect, test } from 'vitest'
import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import { runUntilDeath } from '../support/child-server.ts'
import { eventually } from '../support/eventually.ts'
import { countSessions } from '../support/locks.ts'
import { encryptionKey, type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

// A server that looks into a callback about a dispute gets signal 9, at each step of what it does then. Whoever goes on finds the
// callback, and books what happened once.

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

let serial = 0

/** A payment with a bill of 1,000 of which 300 was refunded, and of which the bank takes 1,000: 300 of it is a loss. */
async function disputed(later: string): Promise<{ payment: string; bill: string }> {
  const name = `payer-${++serial}`
  const owed = { customer: { external_reference: name }, external_reference: name, currency: 'ZAR', amount_due: 1_000 }
  const bill = (await server.api('POST', '/billing/bills', owed)).body.id
  const played = { bill, amount: 1_000, outcome: 'succeeded', later }
  const payment = (await server.api('POST', '/test/payments', played)).body.id
  await server.api('POST', `/collect/payments/${payment}/refunds`, { amount: 300, reason: 'Cancelled' })
  // Nobody looks before the test says so.
  await server.database.owner.query(
    "update processor_callback set next_try_at = 'infinity' where next_try_at is not null",
  )
  return { payment, bill }
}

/** It is this long ago that the charges of the simulator succeeded, and their callbacks are there. */
async function ago(seconds: number): Promise<void> {
  const { owner } = server.database
  await owner.query(
    `update simulator_charge set settles_at = now() - interval '${seconds} seconds' where later is not null`,
  )
  await owner.query('update processor_callback set next_try_at = received_at')
}

/** A server as an operator runs it looks into the callbacks, until it is killed at this point. */
async function dieAt(point: string): Promise<void> {
  const { url } = server.database
  const settings = {
    DATABASE_URL: `${url}${url.includes('?') ? '&' : '?'}application_name=killed`,
    TALLYSTICK_HOST: '127.0.0.1',
    TALLYSTICK_ENCRYPTION_KEY: encryptionKey,
  }
  await runUntilDeath(settings, point)
  await eventually(async () => (await countSessions(server.database.pool, 'killed')) === 0, 'its sessions have ended')
}

/** The next server looks into what is left, and into all of it once more. */
async function goOn(): Promise<void> {
  const { owner } = server.database
  const due = 'update processor_callback set next_try_at = received_at'
  await owner.query(`${due} where next_try_at is not null`)
  await lookIntoCallbacks(server.app)
  await owner.query(due)
  await lookIntoCallbacks(server.app)
  await owner.query('delete from processor_callback')
}

async function expectOnce({ payment, bill }: { payment: string; bill: string }, expected: object): Promise<void> {
  const shown = (await server.api('GET', `/billing/payments/${payment}`)).body
  const owed = (await server.api('GET', `/billing/bills/${bill}`)).body.amount_remaining
  const disputes = (await server.api('GET', `/collect/disputes?payment=${payment}`)).body.data
  const { rows } = await server.database.pool.query<{ type: string }>(
    `select type from event where body::text like $1 and (type like 'dispute.%' or type = 'payment.reversed') order by type`,
    [`%"${payment}"%`],
  )
  expect({
    amounts: [shown.applied_amount, shown.unapplied_amount, shown.reversed_amount, shown.refunded_amount],
    owed,
    statuses: disputes.map(({ status }: { status: string }) => status),
    told: rows.map(({ type }) => type),
  }).toEqual(expected)
}

test.each([
  'before:lock-dispute',
  'before:insert-payment-reversal',
  'before:insert-dispute',
  'uncommitted:insert-dispute',
  'committed:insert-dispute',
  'before:end-callback',
])('signal 9 while a dispute takes the money, %s: it is taken once', { timeout: 90_000 }, async (point) => {
  const made = await disputed('dispute_lost')
  await ago(60)
  await dieAt(point)
  await goOn()
  await expectOnce(made, {
    amounts: [0, 0, 700, 300],
    owed: 1_000,
    statuses: ['lost'],
    told: ['dispute.closed', 'dispute.created', 'payment.reversed'],
  })
})

test.each([
  'before:cover-losses',
  'before:reinstate-reversal',
  'uncommitted:update-dispute',
  'committed:update-dispute',
  'before:end-callback',
])('signal 9 while it comes back, %s: it comes back once', { timeout: 90_000 }, async (point) => {
  const made = await disputed('dispute_won')
  await ago(2)
  await lookIntoCallbacks(server.app)
  await ago(60)
  await dieAt(point)
  await goOn()
  await expectOnce(made, {
    amounts: [700, 0, 0, 300],
    owed: 300,
    statuses: ['won'],
    told: ['dispute.closed', 'dispute.created', 'payment.reversed'],
  })
})

test.each([
  'before:insert-payment-reversal',
  'uncommitted:insert-payment-reversal',
  'committed:insert-payment-reversal',
])('signal 9 while a late failure takes the money, %s: it is taken once', { timeout: 90_000 }, async (point) => {
  const made = await disputed('late_failure')
  await ago(60)
  await dieAt(point)
  await goOn()
  await expectOnce(made, { amounts: [0, 0, 700, 300], owed: 1_000, statuses: [], told: ['payment.reversed'] })
})
