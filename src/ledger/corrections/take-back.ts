import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import type { ReceivableIndex } from '../receivable.ts'
import { type LockedPayment, lockReceivables } from '../store.ts'
import { lockApplicationsOf } from './application.ts'
import {
  type Chosen,
  choose,
  chooseNamed,
  needsApplications,
  type Source,
  type Taken,
  type TakenPart,
} from './chosen.ts'
import { receivableOf } from './hold.ts'
import { leftOf, totalOf } from './left.ts'

/**
 * Plans what is taken back from a locked payment, and locks its applications and receivables: the unapplied part first, then
 * direct money or what lies in suspense, then the applications, newest first. All that is left unless `wanted` says how much. Throws `payment_state`,
 * `amount_exceeds_remaining`.
 */
export async function planTakeBack(
  connection: Connection,
  context: ChangeContext,
  payment: LockedPayment,
  wanted: bigint | undefined,
): Promise<Taken> {
  const chosen = await chooseFrom(connection, context, payment, totalOf(payment, wanted))
  return withReceivables(connection, context, chosen)
}

/**
 * Chooses what an amount of a locked payment is taken from, and locks the applications, newest first. The receivables are locked
 * afterwards, together with all others that the transaction touches.
 */
export async function chooseFrom(
  connection: Connection,
  context: ChangeContext,
  payment: LockedPayment,
  total: bigint,
): Promise<Chosen> {
  const applications = needsApplications(payment, total)
    ? await lockApplicationsOf(connection, context.environment.id, payment.id)
    : []
  return choose(payment, total, applications)
}

/**
 * Plans the same from the obligations that a caller named, in their order. `wanted` is what they have to come to, if it is
 * given. Throws `payment_state`, `not_found`, `amount_exceeds_remaining`, `invalid_allocation`.
 */
export async function planTakeBackFrom(
  connection: Connection,
  context: ChangeContext,
  payment: LockedPayment,
  wanted: bigint | undefined,
  sources: readonly Source[],
): Promise<Taken> {
  leftOf(payment)
  const open = await lockApplicationsOf(connection, context.environment.id, payment.id)
  return withReceivables(connection, context, chooseNamed(open, wanted, sources))
}

/** Locks the receivables in one sorted list, so that two corrections cannot deadlock. */
async function withReceivables(connection: Connection, context: ChangeContext, chosen: Chosen): Promise<Taken> {
  if (chosen.parts.length === 0) return { ...chosen, parts: [] }
  const receivables = await lockReceivables(connection, {
    ids: chosen.parts.map(({ application }) => application.receivable_id),
    environments: [context.environment.id],
  })
  return { ...chosen, parts: lockedPartsOf(chosen.parts, receivables) }
}

/** What was chosen, with its locked receivables. */
export function lockedPartsOf(chosen: Chosen['parts'], receivables: ReceivableIndex): TakenPart[] {
  return chosen.map((part) => ({ ...part, receivable: receivableOf(receivables, part.application) }))
}
