import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { type ChildServer, childServer } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { countWaiting, holding } from '../support/locks.ts'

// A capture has three steps: it is written, the processor is called, and the answer is written. Locks of the test
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
    const held = await holding(database.owner, 'lock table simulator_capture in access exclusive mode')
    return { reached: isWaiting, letGo: held.letGo }
  },
  'before the answer is written': async (payment: string) => {
    const call = await holding(database.owner, 'lock table simulator_capture in access exclusive mode')
    let answer: Awaited<ReturnType<typeof holding>> | undefined
    return {
      async reached() {
        if (!answer) {
          if (!(await isWaiting())) return false
          answer = await holding(database.owner, 'select from payment where id = $1 for update', [payment])
          await call.letGo()
        }
        const { rowCount } = await database.owner.query('select from simulator_capture where charge_id = $1', [payment])
        return rowCount === 1 && (await isWaiting())
      },
      letGo: async () => answer?.letGo(),
    }
  },
  'before the response is sent': async (payment: string) => ({
    async reached() {
      const { rowCount } = await database.owner.query(
        "select from capture where payment_id = $1 and status = 'succeeded'",
        [payment],
      )
      return rowCount === 1
    },
    letGo: async () => {},
  }),
}

const cases = Object.entries(stepOf).flatMap(([name, hold]) =>
  (['captures', 'voids'] as const).map((what) => [what, name, hold] as const),
)

test.each(cases)(
  '%s, and signal 9 %s: done once, by whoever goes on',
  { timeout: 120_000 },
  async (what, name, hold) => {
    const killed = await start()
    const reference = `${what} ${name}`.replaceAll(' ', '-')
    const owed = {
      customer: { external_reference: reference },
      external_reference: reference,
      currency: 'ZAR',
      amount_due: 1_000,
    }
    const bill = await call(killed, 'POST', '/billing/bills', owed)
    const options = { payment_method_options: { card: { capture_method: 'manual' } } }
    const asked = { amount: 1_000, currency: 'ZAR', bill: bill.body.id, options }
    const session = await call(killed, 'POST', '/collect/payment_sessions', asked)
    const play = { payment_session: session.body.id, outcome: 'succeeded' }
    const held = await call(killed, 'POST', '/test/payments', play)
    expect([held.status, held.body.authorised_amount]).toEqual([201, 1_000])
    const { rows } = await database.owner.query<{ id: string }>('select max(id::text)::uuid as id from payment')
    const payment = rows[0]?.id ?? ''
    const step = await hold(payment)
    const path = `/collect/payments/${held.body.id}/${what}`
    const body = what === 'captures' ? { amount: 400 } : {}
    const send = (server: ChildServer) => call(server, 'POST', path, body, reference)
    const first = send(killed).catch(() => undefined)
    await eventually(step.reached, `the server is held ${name}`)
    await killed.kill()
    await first
    await step.letGo()
    // Half a minute goes by in which the request would have looked after it.
    await database.owner.query('update capture set next_check_at = now() where next_check_at is not null')

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
    const amounts = what === 'captures' ? [400, 0, 400] : [0, 1_000, 0]
    expect([answer?.status, answer?.body.paid_amount, answer?.body.voided_amount]).toEqual([
      201,
      ...amounts.slice(0, 2),
    ])
    const { body: shown } = await call(next, 'GET', `/billing/payments/${held.body.id}`)
    expect([shown.paid_amount, shown.voided_amount, shown.applied_amount]).toEqual(amounts)
    const done = await database.owner.query('select amount from simulator_capture where charge_id = $1', [payment])
    expect(done.rows).toEqual([{ amount: what === 'captures' ? 400n : 1_000n }])
    const told = await database.owner.query(
      "select type from event where type in ('payment.captured', 'payment.voided') and subject_id = $1",
      [payment],
    )
    expect(told.rows).toEqual([{ type: what === 'captures' ? 'payment.captured' : 'payment.voided' }])
    expect(await next.stop()).toBe(0)
  },
)
