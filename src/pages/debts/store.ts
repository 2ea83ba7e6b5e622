import type { RuledRow } from '../../billing/object/rules.ts'
import { bucketOf, type Id } from '../../core/id/id.ts'
import type { ObjectKind } from '../../core/page-link.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { onItsWaySql } from '../../payments/lookup/store.ts'
import type { PageSubject } from '../subject.ts'

/** A balance or a bill that something is owed on, with what its page and its rules need. */
export type DebtRow = RuledRow & {
  id: Id
  /** Its own id, or that of the account of a bill. */
  account_id: Id | null
  currency: string
  balance: bigint
  due_date: string | null
  bill_date: string | null
  external_reference: string
  account_name: string | null
  /** What a bill is for: its first 81 characters. */
  description: string | null
  link_version: number
  /** What payments that the bank has not confirmed yet would bring to it. */
  on_its_way: bigint
}

/** The sums of a currency over all balances, also those that are too many to be listed. Nothing is negative. */
export type CurrencyTotal = { currency: string; owed: bigint; count: number; credit: bigint }

/** A page lists no more debts than these, and one payment is for no more. */
export const debtsMax = 1_000

const debtsSql = loadSql(import.meta.url, './sql/list-debts.sql')
const listDebtsSql = { name: 'list-debts-with-moving', text: `with moving as (${onItsWaySql.text}) ${debtsSql.text}` }
const sumBalancesSql = loadSql(import.meta.url, './sql/sum-balances.sql')
const sumHeldSql = loadSql(import.meta.url, './sql/sum-held.sql')

/** The columns that narrow the debts of a customer to those of an account or to one. */
export function scopeOf({ environment, kind, id, customer_id }: PageSubject): unknown[] {
  return [environment.id, customer_id, bucketOf(customer_id), ...only(kind, id)]
}

function only(kind: ObjectKind, id: Id): [account: Id | null, receivable: Id | null] {
  return [kind === 'account' ? id : null, kind === 'bill' ? id : null]
}

/**
 * Everything that a customer owes, or that is owed on an account: balances and bills are separate debts. For a bill it is
 * that bill alone. The most urgent come first: by due date, then bills without one, then running balances.
 */
export async function listDebts(pool: Queryable, subject: PageSubject): Promise<DebtRow[]> {
  const { rows } = await pool.query<DebtRow>({ ...listDebtsSql, values: [...scopeOf(subject), debtsMax] })
  return rows
}

/** What is owed and what is in credit, by currency; the currency of the object comes first. */
export async function sumBalances(pool: Queryable, subject: PageSubject): Promise<CurrencyTotal[]> {
  const { rows } = await pool.query<CurrencyTotal>({
    ...sumBalancesSql,
    values: [...scopeOf(subject), subject.currency ?? ''],
  })
  return rows
}

/** The money of a customer that was received and is not applied to anything, by currency. */
export async function sumHeld(
  pool: Queryable,
  { environment, customer_id }: PageSubject,
): Promise<{ currency: string; amount: bigint }[]> {
  const { rows } = await pool.query<{ currency: string; amount: bigint }>({
    ...sumHeldSql,
    values: [environment.id, customer_id, bucketOf(customer_id)],
  })
  return rows
}
