import { required } from '../../../src/core/assert.ts'
import { decode, encode } from '../../../src/core/id/base62.ts'
import { bucketOf } from '../../../src/core/id/id.ts'
import type { Act, DisputeAct, ProcessorUnderTest, Stage } from '../../../src/payments/processor/check/subject.ts'
import { findKind } from '../../../src/payments/processor/kinds.ts'
import { testSimulator } from '../../../src/payments/processor/registry.ts'
import { cardDetails } from '../../../src/payments/processor/simulator/cards.ts'
import { type ChargeAttempt, tryCharge } from '../../../src/payments/processor/simulator/charge.ts'
import type { Later } from '../../../src/payments/processor/simulator/later.ts'
import { cutOffSimulator } from '../../../src/payments/processor/simulator/settlement.ts'
import { type TestServer, testServer } from '../../support/server.ts'

// It is its own maker, with books in our database, so what is played is written there.
let server: TestServer | undefined
const running = () => required(server, 'the stage of the simulator was started')
const environment = { id: 1, mode: 'test' } as const

const idOf = (reference: string) => required(decode(reference.slice('sim_'.length)), 'a reference holds an id')

const behaviours: Readonly<Partial<Record<Act, ChargeAttempt['behaviour']>>> = {
  pays: { kind: 'succeeds' },
  is_declined: { kind: 'declined', decline_code: 'insufficient_funds' },
  waits: { kind: 'pending', becomes: 'succeeded' },
}

async function play(reference: string, act: Act): Promise<void> {
  const { pool } = running().app
  const [id, now] = [idOf(reference), new Date()]
  const behaviour = required(behaviours[act], 'the stage says what the simulator cannot do')
  const charge = { id, bucket: bucketOf(id), environment_id: environment.id }
  const details = cardDetails('4242424242424242')
  await tryCharge(pool, charge, { details, behaviour, delay_ms: 3_600_000 }, now)
  if (act === 'waits') return
  // What waited for its time is decided now.
  await pool.query(`update simulator_charge set settles_at = $2 where id = $1 and status = 'pending'`, [id, now])
}

// What becomes of a charge follows from its age.
const later: Readonly<Partial<Record<DisputeAct, { later: Later; age_s: number }>>> = {
  dispute_warned: { later: 'dispute_warning', age_s: 3 },
  dispute_taken: { later: 'dispute_lost', age_s: 3 },
  dispute_won: { later: 'dispute_won', age_s: 10 },
}

async function dispute(reference: string, act: DisputeAct): Promise<void> {
  const { later: outcome, age_s } = required(later[act], 'the stage says what the simulator cannot do')
  const text = 'update simulator_charge set later = $2, settles_at = $3 where id = $1'
  await running().app.pool.query(text, [idOf(reference), outcome, new Date(Date.now() - age_s * 1_000)])
}

async function start(): Promise<Stage> {
  server = await testServer()
  const { pool } = server.app
  return {
    maker_url: undefined,
    secrets: {},
    cannot: {
      say_another_amount: 'nobody can pay anything else there',
      expires: 'its charges end with their payments',
      unknown_word: 'the database holds no other states',
      dispute_unknown_word: 'the database holds no other states',
    },
    async charges(payment_id) {
      const text = 'select id, amount, currency from simulator_charge where id = $1'
      const { rows } = await pool.query<{ id: string; amount: bigint; currency: string }>(text, [payment_id])
      return rows.map(({ id, amount, currency }) => ({ reference: `sim_${encode(id)}`, amount, currency }))
    },
    play,
    async refunds(reference) {
      const text = `select amount from simulator_refund where charge_id = $1 and status <> 'failed' order by id`
      const { rows } = await pool.query<{ amount: bigint }>(text, [idOf(reference)])
      return rows.map(({ amount }) => amount)
    },
    async authorisation(reference) {
      const text = `select captured_amount as captured, voided_amount as voided, amount,
          settles_at < now() - interval '7 days' as is_over from simulator_charge where id = $1`
      type Row = { captured: bigint; voided: bigint; amount: bigint; is_over: boolean }
      const { rows } = await pool.query<Row>(text, [idOf(reference)])
      const { captured, voided, amount, is_over } = required(rows[0], 'the stage asks about what it opened')
      return { captured, released: is_over ? amount - captured : voided }
    },
    async lapse(reference) {
      const text = `update simulator_charge set settles_at = (settles_at at time zone 'UTC' - interval '8 days') at time zone 'UTC' where id = $1`
      await pool.query(text, [idOf(reference)])
    },
    dispute,
    settle: () => cutOffSimulator(pool, environment.id, new Date()),
    stop: () => running().stop(),
  }
}

const kind = findKind('simulator', 'test')
if (kind?.way !== 'charge') throw new Error('There is no processor of the name simulator.')

export const processorUnderTest: ProcessorUnderTest = {
  kind,
  open: async () => required(testSimulator(running().app, environment), 'a test environment has the simulator'),
  start,
}
