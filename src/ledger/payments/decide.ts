import { earlierOf } from '../../core/clock.ts'
import { bucketOf, formatId, type Id, newId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import { traceparentNow } from '../../tracing/span.ts'
import { type Allocation, allocate, allocateChosen, explicitFault } from '../allocation.ts'
import type { Journal } from '../journal.ts'
import type { NewTransaction } from '../journal-rows.ts'
import { countsFrom, formatReceivableId, objectsOf, type Receivable, type ReceivableIndex } from '../receivable.ts'
import type { LockedPayment, Reopened } from '../store.ts'
import {
  type AppliedLine,
  type AppliedPayment,
  type Arrival,
  type PaymentCommand,
  type PaymentExplanation,
  type TargetScope,
  touchedBy,
} from './command.ts'

/** The part of a payment command that allocation depends on; a preview has only this. */
type Decidable = Pick<PaymentCommand, 'environment' | 'target'> & {
  payment: Pick<PaymentCommand['payment'], 'customer_id' | 'amount' | 'currency'>
}

/** The allocation of one payment, and whose payment it is. */
export type Decision = { allocation: Allocation; customer_id: Id | null }

/** Decides from the balances given, or returns why the payment cannot be applied as requested. */
export function decide(command: Decidable, receivables: ReceivableIndex): Decision | Problem | 'target_unknown' {
  const { environment, payment, target } = command
  const { amount, currency } = payment
  const isOf = (customer: Id) => (one: Receivable) =>
    one.environment_id === environment.id && one.customer_id === customer
  switch (target.kind) {
    case 'direct':
    case 'unidentified':
      return { allocation: { lines: [], unapplied: 0n, skipped: [] }, customer_id: null }
    case 'explicit': {
      const customer_id = payerOf(command, receivables.get(target.allocations[0]?.receivable_id))
      if (customer_id === undefined) return 'target_unknown'
      const allocation = decideExplicit(command, customer_id, target.allocations, receivables)
      return allocation instanceof Problem ? allocation : { allocation, customer_id }
    }
    case 'policy': {
      const targeted = targetedBy(target.scope, receivables)
      const customer_id = payerOf(command, targeted[0])
      if (customer_id === undefined) return 'target_unknown'
      return { allocation: allocate(amount, currency, target.policy, targeted.filter(isOf(customer_id))), customer_id }
    }
    case 'chosen': {
      const { customer_id } = payment
      if (customer_id == null) return 'target_unknown'
      const get = (id: Id) => [receivables.get(id)].find((one) => one !== undefined && isOf(customer_id)(one))
      return { allocation: allocateChosen(amount, currency, target.amounts, get), customer_id }
    }
  }
}

/** Whose money it is: the customer's that is named, else that of the first balance that is named, if it is here. */
function payerOf({ environment, payment }: Decidable, first: Receivable | undefined): Id | undefined {
  return payment.customer_id ?? (first?.environment_id === environment.id ? first.customer_id : undefined)
}

function targetedBy(scope: TargetScope, receivables: ReceivableIndex): Receivable[] {
  if ('customer' in scope) return receivables.ofCustomer(scope.customer)
  if ('account' in scope) return receivables.ofAccount(scope.account)
  return scope.receivables.map((id) => receivables.get(id)).filter((one) => one !== undefined)
}

function decideExplicit(
  { payment, environment }: Decidable,
  customerId: Id,
  allocations: { receivable_id: Id; amount: bigint; pointer: string }[],
  receivables: ReceivableIndex,
): Allocation | Problem {
  const rest = payment.amount - allocations.reduce((sum, { amount }) => sum + amount, 0n)
  if (rest < 0n) {
    return new Problem('invalid_allocation', `The allocations exceed the payment by ${-rest}.`, {
      errors: [{ pointer: '/allocations', code: 'sum_exceeds_amount', detail: 'They sum to more than `amount`.' }],
    })
  }
  const lines: Allocation['lines'] = []
  for (const { receivable_id, amount, pointer } of allocations) {
    const receivable = receivables.get(receivable_id)
    if (!receivable || receivable.environment_id !== environment.id) {
      return fieldProblem('no_balance', pointer, 'It has no balance to allocate to.')
    }
    if (receivable.customer_id !== customerId) {
      return fieldProblem('customer_mismatch', pointer, 'It belongs to a different customer than the first allocation.')
    }
    const fault = explicitFault(amount, payment.currency, receivable)
    if (fault !== undefined) return fieldProblem(fault, pointer, faultDetail(fault, receivable))
    lines.push({ receivable_id, amount, rule: 'explicit' })
  }
  return { lines, unapplied: rest, skipped: [] }
}

/** What is wrong with an amount named for a receivable, in words. */
export function faultDetail(fault: NonNullable<ReturnType<typeof explicitFault>>, receivable: Receivable): string {
  if (fault === 'currency_mismatch') return `Its currency is ${receivable.currency}.`
  if (fault === 'bill_voided') return 'The bill is voided.'
  const most = receivable.balance > 0n ? receivable.balance : 0n
  return `No more than ${most} can be applied to it.`
}

/**
 * Enters one payment into the journal: where it came from, each receivable, and what stays unapplied, is direct or in suspense. Where a bill
 * counts from later than the money, the money is unapplied until then, and its application is a transaction of its own.
 */
export function enterPayment<From extends Arrival>(
  command: From,
  { allocation, customer_id }: Decision,
  receivables: ReceivableIndex,
  journal: Journal,
  now: Date,
  started?: LockedPayment,
): AppliedPayment<From> {
  const { payment, environment } = command
  const bucket = bucketOf(payment.id)
  const { request_id, actor, reason } = command
  const open = (one: Pick<NewTransaction, 'kind' | 'source_id' | 'effective_at'>) =>
    journal.open({ bucket, environment_id: environment.id, request_id, actor, reason, ...one })
  // The clock of whoever received the money may be ahead, and nothing takes effect in the future.
  const received_at = earlierOf(payment.received_at, now)
  const transaction = open({ kind: 'payment', source_id: payment.id, effective_at: received_at })
  journal.postToSystemAccount(transaction, payment.source, payment.currency, payment.amount)
  let unapplied = allocation.unapplied
  const lines: AppliedLine[] = []
  for (const { receivable_id, amount, rule } of allocation.lines) {
    const receivable = receivables.get(receivable_id) as Receivable
    const obligation_id = newId(bucket, now.getTime())
    const effective_at = countsFrom(receivable, -amount, received_at)
    let entered = transaction
    if (effective_at > received_at) {
      entered = open({ kind: 'application', source_id: obligation_id, effective_at })
      journal.postToSystemAccount(entered, 'unapplied', payment.currency, amount)
      unapplied += amount
    }
    journal.postToReceivable(entered, receivable, -amount)
    lines.push({
      obligation_id,
      receivable_id,
      transaction_id: entered.id,
      kind: receivable.kind,
      amount,
      rule,
      balance_after: receivable.balance,
      sequence: receivable.version,
    })
  }
  if (unapplied > 0n) journal.postToSystemAccount(transaction, 'unapplied', payment.currency, -unapplied)
  const direct_amount = command.target.kind === 'direct' ? payment.amount : 0n
  if (direct_amount > 0n) {
    journal.postToSystemAccount(transaction, 'direct_receipts', payment.currency, -direct_amount)
  }
  const suspense_amount = command.target.kind === 'unidentified' ? payment.amount : 0n
  if (suspense_amount > 0n) journal.postToSystemAccount(transaction, 'suspense', payment.currency, -suspense_amount)
  return {
    command,
    customer_id,
    applied_amount: payment.amount - allocation.unapplied - direct_amount - suspense_amount,
    unapplied_amount: allocation.unapplied,
    direct_amount,
    suspense_amount,
    lines,
    transaction_id: transaction.id,
    explanation: explainAllocation(command.target, allocation, receivables),
    recorded_at: now,
    started,
    announced: undefined,
  }
}

/** The explanation in the terms of the API: what was applied by which rule, and what was skipped and why. */
export function explainAllocation(
  target: PaymentCommand['target'],
  allocation: Allocation,
  receivables: Pick<ReceivableIndex, 'get'>,
): PaymentExplanation {
  const show = (id: Id) => {
    const receivable = receivables.get(id)
    return receivable ? formatReceivableId(receivable) : formatId('entry', id)
  }
  return {
    policy: target.kind === 'policy' ? target.policy : target.kind,
    applied: allocation.lines.map(({ receivable_id, amount, rule }) => ({
      to: show(receivable_id),
      amount: toNumber(amount),
      rule,
    })),
    skipped: allocation.skipped.map(({ receivable_id, reason }) => ({ to: show(receivable_id), reason })),
    unapplied_amount: toNumber(allocation.unapplied),
  }
}

/**
 * The objects that a payment may have to unarchive. None when any part of it was applied to a balance that was not zero:
 * then neither that object nor its customer is archived. Otherwise the money stays unapplied or becomes credit, and the
 * customer and what the money was meant for are unarchived.
 */
export function reopenedBy(
  { command, customer_id, lines }: AppliedPayment<Arrival>,
  receivables: Pick<ReceivableIndex, 'get'>,
): Reopened[] {
  if (customer_id === null || lines.some(({ balance_after, amount }) => balance_after + amount !== 0n)) return []
  const { environment, actor, request_id } = command
  const { ids, customers, accounts } = touchedBy([command])
  const above = ids.flatMap((id) => {
    const receivable = receivables.get(id)
    return receivable ? objectsOf(receivable) : []
  })
  const named = [...ids, ...customers, ...accounts]
  const cause = { environment_id: environment.id, actor, request_id, traceparent: traceparentNow() }
  return [customer_id, ...named, ...above].map((id) => ({ id, ...cause }))
}
