import type { AppContext } from '../../../context.ts'
import { assert, required } from '../../../core/assert.ts'
import { decode, encode } from '../../../core/id/base62.ts'
import { bucketOf } from '../../../core/id/id.ts'
import type { Processor } from '../processor.ts'
import { cancelCharge, chargeToken, insertCharge, insertPush, type SimulatorCharge, stateAt } from './charge.ts'
import { findPaycodePayment } from './paycode.ts'
import { fetchSimulatorRefund, sendSimulatorRefund } from './refund.ts'

const referencePrefix = 'sim_'
const idOf = (reference: string) =>
  required(decode(reference.slice(referencePrefix.length)), 'a reference of the simulator holds an id')

/**
 * The built-in processor of the test environment: it keeps its own books, has its own pages, and resolves pending
 * charges by the clock. No money moves; everything else works as with a real processor.
 */
export function simulator(
  { pool, clock, vault, publicUrl }: Pick<AppContext, 'pool' | 'clock' | 'vault' | 'publicUrl'>,
  environmentId: number,
): Processor {
  return {
    name: 'simulator',
    page_origins: [],
    async open({ payment_id, return_url, ...charge }) {
      await insertCharge(pool, {
        ...charge,
        id: payment_id,
        environment_id: environmentId,
        return_url: vault.encrypt(return_url),
        created_at: clock.now(),
      })
      return {
        reference: referencePrefix + encode(payment_id),
        url: `${publicUrl()}/simulator/charges/${chargeToken(vault, payment_id)}`,
      }
    },
    async push({ payment_id, ...charge }, phone) {
      const row = { ...charge, id: payment_id, environment_id: environmentId, created_at: clock.now() }
      await insertPush(pool, { ...row, return_url: vault.encrypt('') }, phone)
      return { reference: referencePrefix + encode(payment_id) }
    },
    findPaycode: (paycode) => findPaycodePayment(pool, environmentId, paycode, clock.now()),
    cancel: (reference) => cancelCharge(pool, environmentId, idOf(reference), clock.now()),
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
    refund: ({ refund_id, charge_reference, amount }) =>
      sendSimulatorRefund(
        pool,
        { id: refund_id, environmentId, chargeId: idOf(charge_reference), amount },
        clock.now(),
      ),
    fetchRefund: (reference) => fetchSimulatorRefund(pool, environmentId, reference, clock.now()),
  }
}
