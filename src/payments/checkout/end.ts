import type { AppContext, RequestContext } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { type Id, parseId } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { newRequestId } from '../../core/request-id.ts'
import type { Connection, Queryable } from '../../database/pool.ts'
import { transaction } from '../../database/transaction.ts'
import { writeEvents } from '../../events/outbox.ts'
import { type CheckoutRow, statusAt } from '../../ledger/checkouts/checkout.ts'
import { attemptEvent } from '../../ledger/checkouts/event.ts'
import { type CheckoutContext, updateCheckout } from '../../ledger/checkouts/write.ts'
import { lockCheckouts, lockPayments } from '../../ledger/store.ts'
import { attemptFields } from '../session/checkout-attempt.ts'
import { findSessionPayment, updateStatus } from '../session/store.ts'
import { findCheckout } from './store.ts'

/**
 * Cancels a request or session: its page takes no more payments, and an attempt that was begun and not charged is closed.
 * One that is cancelled already stays as it is. Throws `not_found`, or the `..._state` of its kind when it is paid or is
 * being paid.
 */
export async function cancelCheckout(
  connection: Connection,
  context: RequestContext,
  kind: CheckoutRow['kind'],
  shown: string,
): Promise<CheckoutRow> {
  const name = `payment_${kind}` as const
  const id = parseId(name, shown)
  const found = id && (await findCheckout(connection, context.environment.id, kind, id))
  if (!found) throw absentProblem(name, shown, { parameter: name })
  const busy = () => new Problem(`${name}_state`, `A payment of this ${kind} has just begun or is on its way.`)
  // Payments are locked before what they pay, as by the batch that completes both.
  const attempts = found.attempt_id === null ? [] : [found.attempt_id]
  const attempt = [...(await lockPayments(connection, attempts, [context.environment.id])).values()][0]
  const row = (await lockCheckouts(connection, [found.id], [context.environment.id])).get(found.id) ?? found
  if (row.status === 'cancelled') return row
  if (row.status === 'paid') throw new Problem(`${name}_state`, `The ${kind} is paid.`)
  if (attempt?.status === 'processing' || row.attempt_id !== found.attempt_id) throw busy()
  const { environment, actor, request_id, now } = context
  if (attempt?.status === 'initiating' || attempt?.status === 'pending_action') {
    await updateStatus(connection, attempt, { status: 'cancelled', actor, request_id, now, next_check_at: now })
  }
  const cancelled = await updateCheckout(connection, context, row, { status: 'cancelled', cancelled_at: now })
  await tellLastFailure(connection, { environment, actor, request_id, now }, cancelled)
  return cancelled
}

/** `payment.failed` of the last attempt, where it had failed: no other follows. */
async function tellLastFailure(connection: Queryable, { environment, now }: CheckoutContext, row: CheckoutRow) {
  if (row.attempt_id === null) return
  const last = await findSessionPayment(connection, row.environment_id, row.attempt_id)
  if (last?.status !== 'failed' || last.last_payment_error === null) return
  const told = attemptFields(last, row, {
    error: last.last_payment_error,
    method_details: last.method_details ?? undefined,
    updated_at: now,
  })
  const version = last.version
  await writeEvents(connection, [attemptEvent(environment, { ...told, version }, 'payment.failed', now)])
}

type Due = Pick<CheckoutRow, 'id' | 'environment_id'> & { mode: 'test' | 'live' }
const batchMax = 50

/** Marks requests and sessions whose time is over as expired, and tells of each. Money that comes later still pays them. */
export async function expireCheckouts(
  app: Pick<AppContext, 'pool' | 'clock' | 'eventsCommitted'>,
  stopping?: AbortSignal,
): Promise<void> {
  for (;;) {
    const now = app.clock.now()
    const { rows: due } = await app.pool.query<Due>({
      name: 'list-expired-checkouts',
      text: `select c.id, c.environment_id, e.mode from checkout as c join environment as e on e.id = c.environment_id
        where c.status = 'active' and c.expires_at <= $1 order by c.expires_at limit ${batchMax}`,
      values: [now],
    })
    for (const one of due) await transaction(app.pool, (connection) => expireOne(connection, one, now))
    if (due.length > 0) app.eventsCommitted()
    if (due.length < batchMax || stopping?.aborted) return
  }
}

async function expireOne(connection: Connection, { id, environment_id, mode }: Due, now: Date): Promise<void> {
  const row = await lockOne(connection, environment_id, id)
  if (row?.status !== 'active' || statusAt(row, now) !== 'expired') return
  const environment = { id: environment_id, mode }
  const context = { environment, actor: 'job:expire-checkouts', request_id: newRequestId(), now } as const
  const expired = await updateCheckout(connection, context, row, { status: 'expired' })
  await tellLastFailure(connection, context, expired)
}

async function lockOne(connection: Connection, environmentId: number, id: Id): Promise<CheckoutRow | undefined> {
  return (await lockCheckouts(connection, [id], [environmentId])).get(id)
}
