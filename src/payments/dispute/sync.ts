import type { AppContext } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { maxAmount } from '../../core/money.ts'
import type { Connection } from '../../database/pool.ts'
import { transaction } from '../../database/transaction.ts'
import type { ChangeContext } from '../../ledger/change.ts'
import { settleDispute, settleLateFailure } from '../../ledger/corrections/settle-dispute.ts'
import type { ChargeState, LateFailureState } from '../processor/processor.ts'

/** A payment whose money has arrived. */
type Arrived = { id: Id; environment_id: number; mode: 'test' | 'live'; currency: string }

type Succeeded = Extract<ChargeState, { status: 'succeeded' }>

const firstCheckMs = 3_600_000
const reasonMax = 255

/**
 * Books what its processor says has become of a payment after it succeeded: disputes, and a late failure. Nothing happens where it is
 * booked already, so it may be called concurrently, and with what was fetched a while ago.
 */
export async function settleTakenBack(
  app: Pick<AppContext, 'pool' | 'clock' | 'eventsCommitted' | 'log'>,
  payment: Arrived,
  { disputes = [], failed_later }: Pick<Succeeded, 'disputes' | 'failed_later'>,
  cause: { request_id: string; actor: Actor },
): Promise<void> {
  const now = app.clock.now()
  const context = { environment: { id: payment.environment_id, mode: payment.mode }, now, ...cause }
  const settling = (settle: (connection: Connection, context: ChangeContext) => Promise<void>) =>
    transaction(app.pool, (connection) => settle(connection, context))
  for (const { status, respond_by, money, ...said } of disputes) {
    const known = inItsCurrency(app, payment, said)
    if (!known) continue
    const found = { ...known, status, respond_by, money }
    const next_check_at = new Date(now.getTime() + firstCheckMs)
    await settling((connection, at) => settleDispute(connection, at, payment.id, found, next_check_at))
  }
  const failure = failed_later && inItsCurrency(app, payment, failed_later)
  if (failure) await settling((connection, at) => settleLateFailure(connection, at, payment.id, failure))
  app.eventsCommitted()
}

/** What is taken in another currency, or nobody knows how much, is booked as nothing until somebody has looked. */
function inItsCurrency(
  { log }: Pick<AppContext, 'log'>,
  { id, currency }: Arrived,
  { reference, amount, currency: taken, reason }: LateFailureState,
): { reference: string; amount: bigint; reason: string } | undefined {
  if (amount !== undefined && amount > 0n && amount <= maxAmount && taken === currency) {
    return { reference, amount, reason: reason.slice(0, reasonMax) }
  }
  const facts = { payment_id: formatId('payment', id), currency: taken }
  log.error(facts, 'a payment is disputed or taken back, but not in its currency, or nobody knows how much')
  return undefined
}
