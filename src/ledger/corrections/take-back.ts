import { absentProblem } from '../../core/absent.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import type { Receivable, ReceivableIndex } from '../receivable.ts'
import { arrivedOf, type LockedPayment, lockReceivables } from '../store.ts'
import { type Application, lockApplicationsOf } from './application.ts'
import { receivableOf } from './hold.ts'

/** An amount that is taken back from one application. */
export type TakenPart = { application: Application; receivable: Receivable; amount: bigint }

/**
 * Money that goes out of a payment again, by where it is taken from; the parts are in the order in which they are taken. What is
 * `uncovered` is taken beyond that: nothing is left of the payment for it.
 */
export type Taken = {
  total: bigint
  unapplied: bigint
  direct: bigint
  suspense: bigint
  parts: TakenPart[]
  /** What comes back from the payments that the money had become. */
  transferred: bigint
  uncovered: bigint
}

/** The same before the receivables of its parts are locked. */
export type Chosen = Omit<Taken, 'parts'> & { parts: Omit<TakenPart, 'receivable'>[] }

/** An obligation that a caller wants money to be taken from; without an amount as much as is left of it, or is needed. */
export type Source = { application_id: Id; amount: bigint | undefined }

/** The same, of a payment of which something is left. Throws `payment_state` for any other. */
export function leftOf(payment: LockedPayment): bigint {
  const left = restOf(payment)
  if (left > 0n) return left
  const { reversed_amount, refunded_amount, transferred_amount } = payment
  if (arrivedOf(payment) === 0n) {
    throw new Problem('payment_state', 'The payment is authorised, and nothing of it was captured.')
  }
  if (transferred_amount > 0n) {
    const next = 'refund the payment that it became, by POST /billing/payments/{payment}/refunds.'
    throw new Problem('payment_state', `What was left of the payment went on: ${next}`)
  }
  const ways = { reversed: reversed_amount, refunded: refunded_amount }
  const gone = Object.entries(ways).flatMap(([way, amount]) => (amount > 0n ? way : []))
  throw new Problem('payment_state', `The whole payment has been ${gone.join(' and ')} already.`)
}

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
  const left = leftOf(payment)
  const total = wanted ?? left
  if (total > left) throw exceeds('/amount', `Only ${left} of the payment is left.`)
  return planFrom(connection, context, payment, total)
}

async function planFrom(
  connection: Connection,
  context: ChangeContext,
  payment: LockedPayment,
  total: bigint,
): Promise<Taken> {
  const chosen = await chooseFrom(connection, context, payment, total)
  return { ...chosen, parts: await withReceivables(connection, context, chosen.parts) }
}

/**
 * Chooses what an amount of a locked payment is taken from, and locks the applications. The receivables are locked afterwards, together
 * with all others that the transaction touches.
 */
export async function chooseFrom(
  connection: Connection,
  context: ChangeContext,
  payment: LockedPayment,
  total: bigint,
): Promise<Chosen> {
  const unapplied = lesser(total, payment.unapplied_amount)
  const direct = lesser(total - unapplied, payment.direct_amount)
  const suspense = lesser(total - unapplied - direct, payment.suspense_amount)
  let rest = total - unapplied - direct - suspense
  const taken: Chosen['parts'] = []
  for (const application of rest > 0n ? await lockApplicationsOf(connection, context.environment.id, payment.id) : []) {
    if (rest === 0n) break
    const amount = lesser(rest, leftOfApplication(application))
    taken.push({ application, amount })
    rest -= amount
  }
  return { total, unapplied, direct, suspense, parts: taken, transferred: 0n, uncovered: 0n }
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
  const taken: Chosen['parts'] = []
  let total = 0n
  for (const [index, { application_id, amount: named }] of sources.entries()) {
    const pointer = `/from/${index}`
    const application = open.find(({ id }) => id === application_id)
    if (taken.some((part) => part.application === application)) {
      throw fieldProblem('invalid_allocation', `${pointer}/obligation`, 'It is named more than once.')
    }
    if (!application) throw nothingLeft(application_id, `${pointer}/obligation`)
    const left = leftOfApplication(application)
    if (named !== undefined && named > left) {
      throw exceeds(`${pointer}/amount`, `Only ${left} of the obligation is left.`)
    }
    const amount = named ?? (wanted === undefined ? left : lesser(left, wanted - total))
    if (amount <= 0n) throw fieldProblem('invalid_allocation', pointer, 'The amount is used up by those before it.')
    taken.push({ application, amount })
    total += amount
  }
  if (wanted !== undefined && total < wanted) throw exceeds('/amount', `Only ${total} can be taken from these.`)
  if (wanted !== undefined && total > wanted) {
    throw fieldProblem('invalid_allocation', '/from', `They come to ${total}, which is more than the amount.`)
  }
  const parts = await withReceivables(connection, context, taken)
  return { total, unapplied: 0n, direct: 0n, suspense: 0n, parts, transferred: 0n, uncovered: 0n }
}

function nothingLeft(id: Id, pointer: string): Problem {
  const { message, errors } = absentProblem('obligation', formatId('obligation', id), { pointer })
  const detail = `${message} It has to be one of this payment that is not wholly reversed.`
  return new Problem('not_found', detail, { errors: errors.map((error) => ({ ...error, detail })) })
}

/** More is asked for than there is. */
export function exceeds(pointer: string, detail: string): Problem {
  return fieldProblem('amount_exceeds_remaining', pointer, detail)
}

/** How much of a payment is neither reversed, refunded nor transferred. */
export function restOf(payment: LockedPayment): bigint {
  const { reversed_amount, refunded_amount, transferred_amount } = payment
  return arrivedOf(payment) - reversed_amount - refunded_amount - transferred_amount
}

/** The smaller of two amounts. */
export function lesser(one: bigint, other: bigint): bigint {
  return one < other ? one : other
}

function leftOfApplication({ amount, reversed_amount }: Application): bigint {
  return amount - reversed_amount
}

/** Locks the receivables in one sorted list, so that two corrections cannot deadlock. */
async function withReceivables(
  connection: Connection,
  context: ChangeContext,
  taken: Chosen['parts'],
): Promise<TakenPart[]> {
  if (taken.length === 0) return []
  const receivables = await lockReceivables(connection, {
    ids: taken.map(({ application }) => application.receivable_id),
    environments: [context.environment.id],
  })
  return lockedPartsOf(taken, receivables)
}

/** What was chosen, with its locked receivables. */
export function lockedPartsOf(chosen: Chosen['parts'], receivables: ReceivableIndex): TakenPart[] {
  return chosen.map((part) => ({ ...part, receivable: receivableOf(receivables, part.application) }))
}
