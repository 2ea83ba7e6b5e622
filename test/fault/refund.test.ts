import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { type ChildServer, childServer } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { countWaiting, holding } from '../support/locks.ts'

// A refund through a processor has three steps: it is written, the processor is called, and the answer is written. Locks of the test
// hold the server between any two of them, and there it gets signal 9.

let database: TestDatabase
let key: string
beforeAll(async () => {
  database = await testDatabase()
  key = (await createMerchant(database.pool, { name: 'Acme', slug: 'acme' }, new Date())).test
})
afterAll(() => database.drop())

const start = () =>
  childServer({
    DATABASE_URL: database.url,
    TALLYSTICK_HOST: '127.0.0.1',
    TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of this test only',
  })

async function call(server: ChildServer, method: string, path: string, body?: object, idempotencyKey?: string) {
  const response = await fetch(server.url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every shape
  return { status: response.status, body: (await response.json()) as any }
}

const isWaiting = async () => (await countWaiting(database.owner)) > 0

const stepOf = {
  'before it is written': async (payment: string) => {
    const held = await holding(database.owner, 'select from payment where id = $1 for update', [payment])
    return { reached: isWaiting, letGo: held.letGo }
  },
  'before the processor is called': async () => {
    const held = await holding(database.owner, 'lock table simulator_refund in access exclusive mode')
    return { reached: isWaiting, letGo: held.letGo }
  },
  'before the answer is written': async (payment: string) => {
    const call = await holding(database.owner, 'lock table simulator_refund in access exclusive mode')
    let answer: Awaited<ReturnType<typeof holding>> | undefined
    return {
      async reached() {
        if (!answer) {
          if (!(await isWaiting())) return false
          answer = await holding(database.owner, 'select from payment where id = $1 for update', [payment])
          await call.letGo()
        }
        const { rowCount } = await database.owner.query('select from simulator_refund where charge_id = $1', [payment])
        return rowCount === 1 && (await isWaiting())
      },
      letGo: async () => answer?.letGo(),
    }
  },
  'before the response is sent': async (payment: string) => ({
    async reached() {
      const { rowCount } = await database.owner.query(
        "select from refund where payment_id = $1 and status = 'succeeded'",
        [payment],
      )
      return rowCount === 1
    },
    letGo: async () => {},
  }),
}

test.each(Object.entries(stepOf))(
  'signal 9 %s: sent once, by whoever goes on',
  { timeout: 120_000 },
  async (name, hold) => {
    const killed = await start()
    const reference = name.replaceAll(' ', '-')
    const customer = { external_reference: reference }
    const owed = { customer, external_reference: reference, currency: 'ZAR', amount_due: 1_000 }
    const bill = await call(killed, 'POST', '/billing/bills', owed)
    const paid = await call(killed, 'POST', '/test/payments', {
      bill: bill.body.id,
      amount: 1_000,
      outcome: 'succeeded',
    })
    expect([paid.status, paid.body]).toEqual([201, expect.anything()])
    const { rows } = await database.owner.query<{ id: string }>('select max(id::text)::uuid as id from payment')
    const payment = rows[0]?.id ?? ''
    const step = await hold(payment)
    const path = `/collect/payments/${paid.body.id}/refunds`
    const send = (server: ChildServer) => call(server, 'POST', path, { amount: 400, reason: 'x' }, reference)
    const first = send(killed).catch(() => undefined)
    await eventually(step.reached, `the server is held ${name}`)
    await killed.kill()
    await first
    await step.letGo()
    // Half a minute goes by in which the request would have looked after it.
    await database.owner.query(
      "update refund set next_check_at = now(), asked_at = asked_at - interval '30 s' where next_check_at is not null",
    )

    const next = await start()
    // The client does not know what became of its request, and sends it again until it is answered.
    let answer: Awaited<ReturnType<typeof send>> | undefined
    await eventually(
      async () => {
        answer = await send(next)
        if (answer.status !== 409) return true
        expect(answer.body.code).toBe('idempotency_in_flight')
        return false
      },
      'the key has its response',
      60_000,
    )
    expect([answer?.status, answer?.body.status, answer?.body.amount]).toEqual([201, 'succeeded', 400])
    const refunds = await call(next, 'GET', `/billing/refunds?payment=${paid.body.id}`)
    expect(refunds.body.data).toEqual([answer?.body])
    const shown = await call(next, 'GET', `/billing/payments/${paid.body.id}`)
    expect(shown.body).toMatchObject({ refunded_amount: 400, applied_amount: 600 })
    const sent = await database.owner.query('select amount from simulator_refund where charge_id = $1', [payment])
    expect(sent.rows).toEqual([{ amount: 400n }])
    const told = await database.owner.query("select from event where type = 'payment.refunded' and subject_id = $1", [
      payment,
    ])
    expect(told.rowCount).toBe(1)
    expect(await next.stop()).toBe(0)
  },
)
