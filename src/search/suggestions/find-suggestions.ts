import { bucketOf, type Id } from '../../core/id/id.ts'
import { integerArray, textArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import type { PaymentRow } from '../../payments/recorded/store.ts'
import type { Hit } from '../hit.ts'
import { squeezedPieces } from './squeezed.ts'

const findSqueezedSql = loadSql(import.meta.url, './sql/find-squeezed.sql')
const findOwedSql = loadSql(import.meta.url, './sql/find-owed.sql')
const findExactDebtsSql = loadSql(import.meta.url, './sql/find-exact-debts.sql')

// How many objects with a reference of the text are looked at, how many unpaid bills for the amount, and how many debts are taken of each.
const referencesMax = 50
const newestMax = 1_000
const debtsMax = 20

/** The order of suggestions: what is named and owes exactly this, what is named and owes, what is named, what owes exactly this. */
const ranks = { reference_and_amount: 0, owing_reference: 1, reference: 2, amount: 3 } as const

type Waiting = Pick<PaymentRow, 'environment_id' | 'customer_id' | 'currency' | 'reference' | 'details'> & {
  amount: bigint
}
type Debt = { id: Id; kind: ReceivableKind; currency: string; balance: bigint; voided?: boolean }

/**
 * What waiting money may be for: objects whose reference stands in the text of the bank or in the payment's reference, and what owes
 * exactly as much. Bills that are void are left out. Of a customer who is known, amounts are compared with all that she owes; of an unknown one with the newest unpaid bills.
 */
export async function findSuggestions(database: Queryable, waiting: Waiting): Promise<Hit[]> {
  const { amount, currency } = waiting
  const named = await findNamed(database, waiting)
  const exact = await findExactDebts(database, waiting)
  const hits = named.map(({ kind, id, debt }): Hit => {
    const owes = debt !== undefined && debt.currency === currency && debt.balance > 0n
    const rank = owes && debt.balance === amount ? 'reference_and_amount' : owes ? 'owing_reference' : 'reference'
    return { kind, id, matched: 'external_reference', rank: ranks[rank] }
  })
  const owing = [...named.flatMap(({ debt }) => debt ?? []), ...exact]
  const equal = owing.filter((debt) => debt.balance === amount && debt.currency === currency)
  return [...hits, ...equal.map(({ kind, id }): Hit => ({ kind, id, matched: 'amount', rank: ranks.amount }))]
}

async function findNamed(database: Queryable, { environment_id, reference, details }: Waiting) {
  const pieces = new Set([reference ?? '', details?.text ?? ''].flatMap(squeezedPieces))
  if (pieces.size === 0) return []
  const { rows } = await database.query<{ kind: ReceivableKind; id: Id }>({
    ...findSqueezedSql,
    values: [environment_id, textArray([...pieces]), referencesMax],
  })
  const ids = rows.map(({ id }) => id)
  const { rows: debts } = await database.query<Debt>({
    ...findOwedSql,
    values: [environment_id, uuidArray(ids), integerArray(ids.map(bucketOf))],
  })
  const debtOf = new Map(debts.map((debt) => [debt.id, debt]))
  return rows.map((row) => ({ ...row, debt: debtOf.get(row.id) })).filter(({ debt }) => debt?.voided !== true)
}

async function findExactDebts(database: Queryable, { environment_id, customer_id, currency, amount }: Waiting) {
  const bucket = customer_id === null ? null : bucketOf(customer_id)
  const { rows } = await database.query<Debt>({
    ...findExactDebtsSql,
    values: [environment_id, currency, amount, customer_id, bucket, newestMax, debtsMax],
  })
  return rows
}
