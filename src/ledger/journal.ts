import { assert } from '../core/assert.ts'
import { type Id, newId } from '../core/id.ts'
import { maxBalance } from '../core/money.ts'
import { Problem } from '../core/problem.ts'
import { bigintArray, integerArray, textArray, timeArray, uuidArray } from '../database/arrays.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql, type Statement } from '../database/sql.ts'
import type { Receivable } from './receivable.ts'

export type TransactionKind =
  | 'opening_balance'
  | 'balance_set'
  | 'adjustment'
  | 'write_off'
  | 'bill_raised'
  | 'bill_voided'
  | 'amount_paid_set'
  | 'payment'
  | 'application'
  | 'application_reversal'
  | 'payment_reversal'

/** The other side of an entry. House accounts store no balance, so none of them is a hot row: theirs is a sum. */
export type HouseAccount = 'sales' | 'adjustments' | 'unapplied' | `clearing:${string}`

export type NewTransaction = {
  bucket: number
  environment_id: number
  kind: TransactionKind
  source_id: Id
  reason?: string | undefined
  request_id?: string | undefined
  effective_at?: Date | undefined
}

type TransactionRow = Required<NewTransaction> & { id: Id }
type EntryRow = {
  id: Id
  bucket: number
  environment_id: number
  transaction_id: Id
  receivable_id: Id | null
  house_account: HouseAccount | null
  currency: string
  amount: bigint
  version: bigint | null
  balance_after: bigint | null
}

/** A transaction that is being entered. */
export type OpenTransaction = { readonly id: Id; readonly bucket: number; readonly environment_id: number }

const writeTransactionsSql = loadSql(import.meta.url, './sql/write-transactions.sql')
const writeEntriesSql = loadSql(import.meta.url, './sql/write-entries.sql')
const openReceivablesSql = loadSql(import.meta.url, './sql/open-receivables.sql')
const updateReceivablesSql = loadSql(import.meta.url, './sql/update-receivables.sql')

/**
 * The one way that balances change. It collects the double entries of one database transaction against locked
 * receivables, holds them to the rules of the ledger, and writes them set-wise: however many there are, three statements.
 */
export class Journal {
  readonly #now: Date
  readonly #transactions: TransactionRow[] = []
  readonly #entries: EntryRow[] = []
  readonly #opened = new Set<Receivable>()
  readonly #moved = new Set<Receivable>()
  /** What each transaction's entries sum to, per currency; all zero when it is written. */
  readonly #sums = new Map<string, bigint>()

  constructor(now: Date) {
    this.#now = now
  }

  /** Adds a receivable that does not exist yet; it is written with whatever is entered on it. */
  openReceivable(receivable: Receivable): void {
    assert(receivable.version === 0n && receivable.balance === 0n, 'a new receivable starts at zero')
    this.#opened.add(receivable)
  }

  /** Opens a transaction; entries follow. */
  open(transaction: NewTransaction): OpenTransaction {
    const id = newId(transaction.bucket, this.#now.getTime())
    this.#transactions.push({
      reason: undefined,
      request_id: undefined,
      ...transaction,
      effective_at: transaction.effective_at ?? this.#now,
      id,
    })
    return { id, bucket: transaction.bucket, environment_id: transaction.environment_id }
  }

  /**
   * Changes the balance of a locked receivable by `amount` (signed like the balance: a payment is negative).
   * Throws `amount_out_of_range` when the balance would go beyond the limits.
   */
  moveReceivable(transaction: OpenTransaction, receivable: Receivable, amount: bigint): void {
    assert(receivable.environment_id === transaction.environment_id, 'a transaction stays in its environment')
    assert(receivable.bucket === transaction.bucket, 'a transaction stays with its customer')
    receivable.balance += amount
    receivable.version += 1n
    if (receivable.balance > maxBalance || receivable.balance < -maxBalance) {
      throw new Problem('amount_out_of_range', `The balance would go beyond ${maxBalance} minor units.`)
    }
    if (receivable.kind === 'bill') {
      assert(receivable.balance >= 0n, 'a bill never goes below zero')
      if (receivable.status !== 'voided') receivable.status = receivable.balance > 0n ? 'unpaid' : 'paid'
    }
    this.#moved.add(receivable)
    this.#enter(transaction, receivable.currency, amount, {
      receivable_id: receivable.id,
      house_account: null,
      version: receivable.version,
      balance_after: receivable.balance,
    })
  }

  /** Enters the other side. */
  moveHouse(transaction: OpenTransaction, house_account: HouseAccount, currency: string, amount: bigint): void {
    this.#enter(transaction, currency, amount, {
      receivable_id: null,
      house_account,
      version: null,
      balance_after: null,
    })
  }

  #enter(
    transaction: OpenTransaction,
    currency: string,
    amount: bigint,
    side: Pick<EntryRow, 'receivable_id' | 'house_account' | 'version' | 'balance_after'>,
  ): void {
    assert(amount !== 0n, 'an entry moves something')
    this.#entries.push({
      id: newId(transaction.bucket, this.#now.getTime()),
      bucket: transaction.bucket,
      environment_id: transaction.environment_id,
      transaction_id: transaction.id,
      currency,
      amount,
      ...side,
    })
    const key = `${transaction.id} ${currency}`
    this.#sums.set(key, (this.#sums.get(key) ?? 0n) + amount)
  }

  /** Writes everything that was entered, pipelined. Stops when a transaction does not balance. */
  async write(connection: Queryable): Promise<void> {
    for (const sum of this.#sums.values()) assert(sum === 0n, 'every transaction sums to zero in each currency')
    const opened = [...this.#opened]
    const moved = [...this.#moved].filter((receivable) => !this.#opened.has(receivable))
    const send = (statement: Statement, columns: unknown[], rows: number) =>
      rows > 0 ? connection.query({ ...statement, values: columns }) : undefined
    await Promise.all([
      send(openReceivablesSql, [...receivableColumns(opened), ...openedColumns(opened)], opened.length),
      send(writeTransactionsSql, [...transactionColumns(this.#transactions), this.#now], this.#transactions.length),
      send(writeEntriesSql, entryColumns(this.#entries), this.#entries.length),
      send(updateReceivablesSql, [...receivableColumns(moved), moved.length], moved.length),
    ])
  }
}

function transactionColumns(rows: TransactionRow[]): Buffer[] {
  return [
    uuidArray(rows.map(({ id }) => id)),
    integerArray(rows.map(({ bucket }) => bucket)),
    integerArray(rows.map(({ environment_id }) => environment_id)),
    textArray(rows.map(({ kind }) => kind)),
    uuidArray(rows.map(({ source_id }) => source_id)),
    textArray(rows.map(({ reason }) => reason ?? null)),
    textArray(rows.map(({ request_id }) => request_id ?? null)),
    timeArray(rows.map(({ effective_at }) => effective_at ?? null)),
  ]
}

function entryColumns(rows: EntryRow[]): Buffer[] {
  return [
    uuidArray(rows.map(({ id }) => id)),
    integerArray(rows.map(({ bucket }) => bucket)),
    integerArray(rows.map(({ environment_id }) => environment_id)),
    uuidArray(rows.map(({ transaction_id }) => transaction_id)),
    uuidArray(rows.map(({ receivable_id }) => receivable_id)),
    textArray(rows.map(({ house_account }) => house_account)),
    textArray(rows.map(({ currency }) => currency)),
    bigintArray(rows.map(({ amount }) => amount)),
    bigintArray(rows.map(({ version }) => version)),
    bigintArray(rows.map(({ balance_after }) => balance_after)),
  ]
}

function receivableColumns(rows: Receivable[]): Buffer[] {
  return [
    uuidArray(rows.map(({ id }) => id)),
    integerArray(rows.map(({ bucket }) => bucket)),
    integerArray(rows.map(({ environment_id }) => environment_id)),
    bigintArray(rows.map(({ balance }) => balance)),
    bigintArray(rows.map(({ version }) => version)),
    textArray(rows.map(({ status }) => status)),
  ]
}

function openedColumns(rows: Receivable[]): Buffer[] {
  return [
    textArray(rows.map(({ kind }) => kind)),
    uuidArray(rows.map(({ customer_id }) => customer_id)),
    uuidArray(rows.map(({ account_id }) => account_id)),
    textArray(rows.map(({ currency }) => currency)),
  ]
}
