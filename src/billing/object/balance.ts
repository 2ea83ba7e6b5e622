import type { RequestContext } from '../../context.ts'
import { assert } from '../../core/assert.ts'
import { isWithdrawn } from '../../core/currency.ts'
import { bucketOf, type Id } from '../../core/id/id.ts'
import { changeRules, type PaymentRuleOverrides, type RulesPatch } from '../../core/payment-rules.ts'
import { fieldProblem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { adjust } from '../../ledger/adjust.ts'
import { refuseClosedPeriod } from '../../ledger/books.ts'
import { Journal } from '../../ledger/journal.ts'
import type { Receivable } from '../../ledger/receivable.ts'
import { type Held, withReceivable } from './lock.ts'
import { mergeMetadata } from './metadata.ts'
import {
  type Balanced,
  type BalanceOwnerRow,
  balanceCurrency,
  enterOpening,
  type Opening,
  openedAt,
} from './opening.ts'

/** The fields that a PATCH may change on a customer or an account. */
export type BalancePatch = {
  name?: string | null | undefined
  currency?: string | undefined
  balance?: number | undefined
  payment_rules?: RulesPatch | null | undefined
  metadata?: Record<string, string | null> | undefined
}

/** Why a change of a customer or an account may be refused. */
export const balanceUpdateErrors = [
  'currency_fixed',
  'archived',
  'precondition_failed',
  'currency_required',
  'metadata_too_large',
  'invalid_payment_rules',
  'card_number',
] as const

function inheritedRules({ environment }: RequestContext, row: BalanceOwnerRow): PaymentRuleOverrides[] {
  return [environment.payment_rules, ...(row.kind === 'account' ? [row.customer_rules] : [])]
}

/** Throws `period_closed` for an opening that would count in closed books. */
export function refuseClosedOpening(
  connection: Connection,
  { environment }: RequestContext,
  opening: Opening | undefined,
  pointer: string,
): Promise<void> {
  return refuseClosedPeriod(connection, environment.id, opening?.effective_at, `${pointer}${openedAt}`)
}

/**
 * Applies a PATCH to a customer or account and returns the row to write, and what moved its balance. A first `balance`
 * opens the balance; a later one is an adjustment by the difference from the locked balance. The currency can change only
 * while there are no entries.
 */
export async function applyBalancePatch<Row extends BalanceOwnerRow>(
  connection: Connection,
  context: RequestContext,
  held: Held<Row>,
  patch: BalancePatch,
): Promise<Balanced<Row>> {
  const { row } = held
  refuseWithdrawn(patch.currency, held)
  const changed: Row = {
    ...row,
    name: patch.name === undefined ? row.name : patch.name,
    currency: patch.currency ?? row.currency,
    payment_rules: changeRules(inheritedRules(context, row), row.payment_rules, patch.payment_rules),
    metadata: mergeMetadata(row.metadata, patch.metadata),
    version: row.version + 1n,
    updated_at: context.now,
  }
  const journal = new Journal(context.now)
  if (!held.receivable) {
    if (patch.balance === undefined) return { row: changed, entered: undefined }
    const currency = balanceCurrency(patch.currency, row.currency, '')
    const opened = enterOpening(journal, context, changed, { balance: patch.balance, currency })
    await journal.write(connection)
    return opened
  }
  const receivable = await changeCurrency(connection, held.receivable, patch.currency)
  if (patch.balance === undefined) return { row: withReceivable(changed, receivable), entered: undefined }
  const cause = { kind: 'balance_set', request_id: context.request_id, actor: context.actor } as const
  const difference = BigInt(patch.balance) - receivable.balance
  const entered = adjust(journal, receivable, difference, cause, context.now)
  await journal.write(connection)
  return { row: withReceivable(changed, receivable), entered }
}

/** A withdrawn currency is only for what has it already. */
function refuseWithdrawn<Row extends BalanceOwnerRow>(
  currency: string | undefined,
  { row, receivable }: Held<Row>,
): void {
  if (currency === undefined || !isWithdrawn(currency) || currency === (receivable?.currency ?? row.currency)) return
  throw fieldProblem('invalid_request', '/currency', `${currency} has been withdrawn from ISO 4217.`)
}

async function changeCurrency(
  connection: Connection,
  receivable: Receivable,
  currency: string | undefined,
): Promise<Receivable> {
  if (currency === undefined || currency === receivable.currency) return receivable
  if (receivable.version > 0n) {
    throw fieldProblem('currency_fixed', '/currency', `There are already entries in ${receivable.currency}.`)
  }
  const { rowCount } = await connection.query({
    name: 'change-receivable-currency',
    text: 'update receivable set currency = $4 where environment_id = $1 and id = $2 and bucket = $3',
    values: [receivable.environment_id, receivable.id, bucketOf(receivable.id), currency],
  })
  assert(rowCount === 1, 'the locked receivable exists')
  return { ...receivable, currency }
}

/** The columns that every new customer, account and bill starts with. */
export function newRow(id: Id, context: RequestContext) {
  return {
    id,
    bucket: bucketOf(id),
    environment_id: context.environment.id,
    link_version: 1,
    version: 1n,
    archived_at: null,
    created_at: context.now,
    updated_at: context.now,
    balance: null,
    receivable_currency: null,
    receivable_version: null,
    moved_at: null,
  }
}
