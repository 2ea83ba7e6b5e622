import type { AppContext } from '../../../context.ts'
import { assert, required } from '../../../core/assert.ts'
import { keptCurrencyCodes } from '../../../core/currency.ts'
import { decode } from '../../../core/id/base62.ts'
import { bucketOf } from '../../../core/id/id.ts'
import { maxAmount } from '../../../core/money.ts'
import type { ChargeRange, Processor, ProcessorTerms } from '../processor.ts'
import { takeSimulated } from './capture.ts'
import {
  chargeToken,
  closeCharge,
  insertCharge,
  insertPush,
  type SimulatorCharge,
  simulatorReference,
  stateAt,
} from './charge.ts'
import { findPaycodePayment } from './paycode.ts'
import { fetchSimulatorRefund, sendSimulatorRefund } from './refund.ts'
import { simulatorSettlements } from './settlement.ts'

const anyAmount: ChargeRange = { minimum: 1n, maximum: maxAmount, step: 1n }
const limits = new Map(keptCurrencyCodes().map((currency) => [currency, anyAmount]))
// A bank of its own that is asked answers within a day.
const pendingMaxMs = 2 * 86_400_000

/** It takes any amount, in any currency that something may be owed in. */
export const simulatorTerms: ProcessorTerms = {
  limits,
  capabilities: { capture: 'many', refund: 'partial', close: true, open_is_idempotent: true, settlements: true },
  pending_max_ms: pendingMaxMs,
}

const idOf = (reference: string) =>
  required(decode(reference.slice('sim_'.length)), 'a reference of the simulator holds an id')

/**
 * The built-in processor of the test environment: it keeps its own books, has its own pages, and resolves pending
 * charges by the clock. No money moves; everything else works as with a real processor.
 */
export function simulator(
  app: Pick<AppContext, 'pool' | 'clock' | 'vault' | 'publicUrl'>,
  environmentId: number,
): Processor {
  const { pool, clock, vault, publicUrl } = app
  return {
    name: 'simulator',
    page_origins: [],
    ...simulatorTerms,
    async open({ payment_id, return_url, amount, currency, merchant_name, capture_method }) {
      await insertCharge(pool, {
        amount,
        currency,
        merchant_name,
        id: payment_id,
        environment_id: environmentId,
        return_url: vault.encrypt(return_url),
        created_at: clock.now(),
        capture_method: capture_method === 'manual' ? 'manual' : null,
      })
      return {
        reference: simulatorReference(payment_id),
        url: `${publicUrl()}/simulator/charges/${chargeToken(vault, payment_id)}`,
      }
    },
    async push({ payment_id, capture_method: _, ...charge }, phone) {
      const row = { ...charge, id: payment_id, environment_id: environmentId, created_at: clock.now() }
      await insertPush(pool, { ...row, return_url: vault.encrypt('') }, phone)
      return { reference: simulatorReference(payment_id) }
    },
    findPaycode: (paycode) => findPaycodePayment(pool, environmentId, paycode, clock.now()),
    close: (reference) => closeCharge(pool, environmentId, idOf(reference), clock.now()),
    async fetch(reference) {
      const id = idOf(reference)
      const { rows } = await pool.query<SimulatorCharge>({
        name: 'fetch-simulator-charge',
        text: 'select * from simulator_charge where id = $1 and bucket = $2 and environment_id = $3',
        values: [id, bucketOf(id), environmentId],
      })
      assert(rows[0], 'the simulator knows the charges that it opened')
      return stateAt(rows[0], clock.now())
    },
    capture: (capture, key) =>
      takeSimulated(app, environmentId, 'capture', idOf(capture.charge_reference), capture, key),
    void: (remainder, key) =>
      takeSimulated(app, environmentId, 'void', idOf(remainder.charge_reference), remainder, key),
    refund: ({ refund_id, charge_reference, amount }) =>
      sendSimulatorRefund(
        pool,
        { id: refund_id, environmentId, chargeId: idOf(charge_reference), amount },
        clock.now(),
      ),
    settlements: simulatorSettlements(pool, environmentId, clock),
    fetchRefund: (reference) => fetchSimulatorRefund(pool, environmentId, reference, clock.now()),
  }
}
