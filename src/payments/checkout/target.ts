import { namedOne } from '../../billing/object/named.ts'
import { findOrThrow } from '../../billing/object/rows.ts'
import type { RequestContext } from '../../context.ts'
import { formatId } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Queryable } from '../../database/pool.ts'
import type { ChosenAmount } from '../../ledger/allocation.ts'
import { type CheckoutRow, type CheckoutTarget, policyFor, targetOf } from '../../ledger/checkouts/checkout.ts'
import { selectionOf } from '../../ledger/payments/command.ts'
import { decide } from '../../ledger/payments/decide.ts'
import { readReceivables } from '../../ledger/store.ts'

/** What a body names as the target, of which its schema has checked that there is one at most. */
type Named = { customer?: string | undefined; account?: string | undefined; bill?: string | undefined }

/** Whether a body names where the money goes. */
export function namesTarget({ customer, account, bill }: Named): boolean {
  return [customer, account, bill].some((value) => value !== undefined)
}

/** Why the money of a request or session cannot go where a body says. */
export const checkoutTargetErrors = [
  'not_found',
  'archived',
  'no_balance',
  'bill_voided',
  'currency_mismatch',
  'amount_exceeds_remaining',
] as const

/**
 * The target that a body names, where the whole amount can be applied as things are now, and the currency: where none is sent,
 * the one that its target owes in. Throws one of `checkoutTargetErrors`, or `currency_required`.
 */
export async function resolveCheckoutTarget(
  connection: Queryable,
  context: RequestContext,
  input: Named & { amount: number; currency?: string | undefined },
): Promise<{ target: CheckoutTarget; currency: string }> {
  const { kind, named, pointer } = namedOne(input, '')
  const row = await findOrThrow(connection, context.environment.id, kind, named, {}, { pointer })
  const shown = `The ${kind} ${formatId(kind, row.id)}`
  if (row.archived_at !== null) throw fieldProblem('archived', pointer, `${shown} is archived.`)
  if (row.kind === 'bill' && row.status === 'voided') throw fieldProblem('bill_voided', pointer, `${shown} is voided.`)
  const target = { kind, id: row.id, customer_id: row.customer_id }
  const currency = input.currency ?? (await onlyCurrency(connection, context, target, pointer))
  const wanted = { environment_id: context.environment.id, amount: BigInt(input.amount), currency }
  const split = await splitTarget(connection, wanted, target)
  if (split.currencies.length === 0) throw fieldProblem('no_balance', pointer, `${shown} has no balance.`)
  if (!split.currencies.includes(currency)) {
    throw fieldProblem('currency_mismatch', '/currency', `${shown} owes in ${split.currencies.join(', ')}.`)
  }
  if (split.unapplied > 0n) {
    throw fieldProblem(
      'amount_exceeds_remaining',
      '/amount',
      `Only ${wanted.amount - split.unapplied} of it can be applied to ${kind} ${formatId(kind, row.id)}.`,
    )
  }
  return { target, currency }
}

/** The one currency in which a target has balances. Throws `currency_required` when there are several, or `no_balance`. */
async function onlyCurrency(
  database: Queryable,
  { environment }: RequestContext,
  target: CheckoutTarget,
  pointer: string,
): Promise<string> {
  const receivables = await readReceivables(database, selectionOf([{ target: policyFor(target) }], [environment.id]))
  const [currency, ...others] = new Set([...receivables.all()].map((one) => one.currency))
  if (currency === undefined) throw fieldProblem('no_balance', pointer, 'It has no balance.')
  if (others.length === 0) return currency
  throw fieldProblem('currency_required', '/currency', `It owes in ${[currency, ...others].join(', ')}.`)
}

/** How the money of a request or session would be split now, in which currencies its target has balances. */
export type SplitNow = { chosen: ChosenAmount[]; unapplied: bigint; currencies: string[] }

/** The split of an amount over a target as things are now, by the function that the write path uses. */
export async function splitTarget(
  database: Queryable,
  { environment_id, amount, currency }: { environment_id: number; amount: bigint; currency: string },
  target: CheckoutTarget,
): Promise<SplitNow> {
  const command = {
    environment: { id: environment_id, mode: 'test' as const },
    payment: { customer_id: target.customer_id, amount, currency },
    target: policyFor(target),
  }
  const receivables = await readReceivables(database, selectionOf([command], [environment_id]))
  const decision = decide(command, receivables)
  if (decision instanceof Problem || decision === 'target_unknown') {
    return { chosen: [], unapplied: amount, currencies: [] }
  }
  const { lines, unapplied } = decision.allocation
  return {
    chosen: lines.map((line) => ({ receivable_id: line.receivable_id, amount: line.amount })),
    unapplied,
    currencies: [...new Set([...receivables.all()].map((one) => one.currency))],
  }
}

/** How a request or session would be split now; nothing of Billing where it names nothing of it. */
export async function splitOf(database: Queryable, row: CheckoutRow): Promise<Pick<SplitNow, 'chosen' | 'unapplied'>> {
  const target = targetOf(row)
  return target ? splitTarget(database, row, target) : { chosen: [], unapplied: 0n }
}
