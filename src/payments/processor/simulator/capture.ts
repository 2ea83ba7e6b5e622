import type { AppContext } from '../../../context.ts'
import { bucketOf, type Id, newId } from '../../../core/id/id.ts'
import type { Queryable } from '../../../database/pool.ts'
import { transaction } from '../../../database/transaction.ts'
import { ProcessorFault } from '../fault.ts'
import type { CaptureAnswer, NewCapture } from '../processor.ts'
import { type SimulatorCharge, stateAt } from './charge.ts'

/**
 * Captures or lets go of what the simulator holds, in its own books: asked again with the same key, it does nothing more. Where the
 * charge says so, the first answer is lost after that.
 */
export async function takeSimulated(
  { pool, clock }: Pick<AppContext, 'pool' | 'clock'>,
  environmentId: number,
  kind: 'capture' | 'void',
  chargeId: Id,
  { amount }: Pick<NewCapture, 'amount'>,
  key: string,
): Promise<CaptureAnswer> {
  const now = clock.now()
  const bucket = bucketOf(chargeId)
  return transaction(pool, async (connection) => {
    const { rows } = await connection.query<SimulatorCharge>({
      name: 'lock-simulator-charge',
      text: 'select * from simulator_charge where id = $1 and bucket = $2 and environment_id = $3 for no key update',
      values: [chargeId, bucket, environmentId],
    })
    const [charge] = rows
    const known = await connection.query({
      name: 'find-simulator-capture',
      text: 'select 1 from simulator_capture where environment_id = $1 and key = $2 and bucket = $3',
      values: [environmentId, key, bucket],
    })
    if (known.rowCount === 1) return { answer: 'done', lost: false } as const
    const state = charge && stateAt(charge, now)
    if (!charge || state?.status !== 'authorised') return { answer: 'gone', lost: false } as const
    const left = charge.amount - state.captured - state.released
    if (left === 0n) return { answer: kind === 'void' && state.released > 0n ? 'done' : 'gone', lost: false } as const
    if (kind === 'capture' && amount > left) throw new ProcessorFault('refused', 'more than is authorised')
    await note(connection, charge, { kind, key, amount: kind === 'void' ? left : amount, now })
    return { answer: 'done', lost: charge.captures === 'answer_lost' } as const
  }).then(({ answer, lost }) => {
    if (lost) throw new ProcessorFault('unknown', 'the simulator plays a lost answer')
    return answer
  })
}

async function note(
  connection: Queryable,
  { id, bucket, environment_id }: SimulatorCharge,
  { kind, key, amount, now }: { kind: 'capture' | 'void'; key: string; amount: bigint; now: Date },
): Promise<void> {
  const column = kind === 'capture' ? 'captured_amount' : 'voided_amount'
  await Promise.all([
    connection.query({
      name: 'insert-simulator-capture',
      text: `insert into simulator_capture (environment_id, key, bucket, charge_id, kind, amount, created_at, id)
        values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      values: [environment_id, key, bucket, id, kind, amount, now, newId(bucket, now.getTime())],
    }),
    connection.query({
      name: `add-simulator-${kind}`,
      text: `update simulator_charge set ${column} = ${column} + $4 where id = $1 and bucket = $2 and environment_id = $3`,
      values: [id, bucket, environment_id, amount],
    }),
  ])
}
