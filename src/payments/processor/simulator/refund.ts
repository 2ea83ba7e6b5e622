import { assert, required } from '../../../core/assert.ts'
import { decode, encode } from '../../../core/id/base62.ts'
import { bucketOf, type Id } from '../../../core/id/id.ts'
import type { Queryable } from '../../../database/pool.ts'
import { loadSql } from '../../../database/sql.ts'
import type { RefundState } from '../processor.ts'

const insertRefundSql = loadSql(import.meta.url, './sql/insert-simulator-refund.sql')

const referencePrefix = 'sim_re_'
const settlesMs = 3_000

type SimulatorRefund = {
  status: 'pending' | 'succeeded' | 'failed'
  becomes: 'succeeded' | 'failed' | null
  settles_at: Date | null
}

/** Sends a refund in the simulator's own books; a second one with the same id writes nothing. */
export async function sendSimulatorRefund(
  pool: Queryable,
  { id, environmentId, chargeId, amount }: { id: Id; environmentId: number; chargeId: Id; amount: bigint },
  now: Date,
): Promise<RefundState> {
  await pool.query({
    ...insertRefundSql,
    values: [id, bucketOf(id), environmentId, chargeId, amount, new Date(now.getTime() + settlesMs), now],
  })
  return fetchSimulatorRefund(pool, environmentId, referencePrefix + encode(id), now)
}

/** The state of a refund at an instant: what is to become of it follows from the clock alone. */
export async function fetchSimulatorRefund(
  pool: Queryable,
  environmentId: number,
  reference: string,
  now: Date,
): Promise<RefundState> {
  const id = required(decode(reference.slice(referencePrefix.length)), 'a reference of the simulator holds an id')
  const { rows } = await pool.query<SimulatorRefund>({
    name: 'fetch-simulator-refund',
    text: `select status, becomes, settles_at from simulator_refund
      where id = $1 and bucket = $2 and environment_id = $3`,
    values: [id, bucketOf(id), environmentId],
  })
  assert(rows[0], 'the simulator knows the refunds that it sent')
  const { status: first, becomes, settles_at } = rows[0]
  const status = becomes !== null && settles_at !== null && settles_at <= now ? becomes : first
  if (status !== 'failed') return { reference, status }
  const failure =
    first === 'failed'
      ? { code: 'refused', message: 'The refund was refused.' }
      : { code: 'account_closed', message: 'The bank sent the money back: the account has been closed.' }
  return { reference, status, failure }
}
