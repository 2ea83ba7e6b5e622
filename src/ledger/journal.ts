import type { Actor } from '../core/actor.ts'
import { assert } from '../core/assert.ts'
import { laterOf } from '../core/clock.ts'
import { type Id, newId } from '../core/id/id.ts'
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

/** The other side of an entry. System accounts store no balance, so none of them is a hot row: theirs is a sum. */
export type SystemAccount = 'sales' | 'adjustments' | 'unapplied' | `clearing:${string}`

export type NewTransaction = {
  bucket: number
  environment_id: number
  kind: TransactionKind
  source_id: Id
  reason?: string | undefined
  request_id: string
  actor: Actor
  effective_at?: Date | undefined
}

type TransactionRow = Required<NewTransaction> & { id: Id }
type EntryRow = {
  id: Id
  bucket: number
  environment_id: number
  transaction_id: Id
  receivable_id: Id | null
  system_account: SystemAccount | null
  currency: string
  amount: bigint
  version: bigint | null
  balance_after: bigint | null
}

type Snapshot = Pick<Receivable, 'balance' | 'version' | 'status'>

/** A transaction that is being entered. */
export type OpenTransaction = {
  readonly id: Id
  readonly bucket: number
  readonly environment_id: number
  readonly effective_at: Date
  /** What its entries sum to, per currency; all zero when it is written. */
  readonly sums: Map<string, bigint>
}

const writeTransactionsSql = loadSql(import.meta.url, './sql/write-transactions.sql')
const writeEntriesSql = loadSql(import.meta.url, './sql/write-entries.sql')
const openReceivablesSql = loadSql(import.meta.url, './sql/open-receivables.sql')
const holdReceivablesSql = loadSql(import.meta.url, './sql/hold-receivables.sql')
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
  /** Each receivable that something was decided from, as it was found. */
  readonly #snapshots = new Map<Receivable, Snapshot>()
  readonly #sums: OpenTransaction['sums'][] = []

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
    const effective_at = transaction.effective_at ?? this.#now
    this.#transactions.push({ reason: undefined, ...transaction, effective_at, id })
    const sums = new Map<string, bigint>()
    this.#sums.push(sums)
    return { id, bucket: transaction.bucket, environment_id: transaction.environment_id, effective_at, sums }
  }

  /**
   * Changes the balance of a locked receivable by `amount` (signed like the balance: a payment is negative).
   * Throws `amount_out_of_range` when the balance would go beyond the limits.
   */
  postToReceivable(transaction: OpenTransaction, receivable: Receivable, amount: bigint): void {
    assert(receivable.environment_id === transaction.environment_id, 'a transaction stays in its environment')
    assert(receivable.bucket === transaction.bucket, 'a transaction stays with its customer')
    this.#snapshot(receivable)
    const { effective_at } = transaction
    receivable.balance += amount
    receivable.version += 1n
    if (receivable.balance > maxBalance || receivable.balance < -maxBalance) {
      throw new Problem('amount_out_of_range', `The balance would go beyond ${maxBalance} minor units.`)
    }
    if (receivable.kind === 'bill') {
      assert(receivable.balance >= 0n, 'a bill never goes below zero')
      assert(amount > 0n || effective_at >= receivable.owed_since, 'a bill is lessened from when it is owed')
      if (receivable.status !== 'voided') receivable.status = receivable.balance > 0n ? 'unpaid' : 'paid'
    }
    if (amount > 0n) receivable.owed_since = laterOf(receivable.owed_since, effective_at)
    receivable.moved_at = this.#now
    this.#enter(transaction, receivable.currency, amount, {
      receivable_id: receivable.id,
      system_account: null,
      version: receivable.version,
      balance_after: receivable.balance,
    })
  }

  /** Holds receivables to what they are, whether or not something is entered on them: it will be decided from all of them. */
  expectUnchanged(receivables: Iterable<Receivable>): void {
    for (const receivable of receivables) this.#snapshot(receivable)
  }

  /** Voids a bill, whose balance is then to be moved to zero. */
  voidReceivable(receivable: Receivable): void {
    assert(receivable.kind === 'bill', 'only a bill is voided')
    this.#snapshot(receivable)
    receivable.status = 'voided'
  }

  /** Enters the other side. */
  postToSystemAccount(
    transaction: OpenTransaction,
    system_account: SystemAccount,
    currency: string,
    amount: bigint,
  ): void {
    this.#enter(transaction, currency, amount, {
      receivable_id: null,
      system_account,
      version: null,
      balance_after: null,
    })
  }

  /** Keeps how a receivable was found, before its first change. */
  #snapshot(receivable: Receivable): void {
    if (this.#snapshots.has(receivable)) return
    const { balance, version, status } = receivable
    this.#snapshots.set(receivable, { balance, version, status })
  }

  #enter(
    transaction: OpenTransaction,
    currency: string,
    amount: bigint,
    side: Pick<EntryRow, 'receivable_id' | 'system_account' | 'version' | 'balance_after'>,
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
    transaction.sums.set(currency, (transaction.sums.get(currency) ?? 0n) + amount)
  }

  /** The receivables that something was decided from, as they will be. */
  get snapshots(): Iterable<Receivable> {
    return this.#snapshots.keys()
  }

  /** Writes everything that was entered, pipelined. Stops when a transaction does not balance. */
  async write(connection: Queryable): Promise<void> {
    await Promise.all([this.writeEntries(connection), this.writeBalances(connection)])
  }

  /** Writes the transactions with their entries, and the receivables that are new. */
  async writeEntries(connection: Queryable): Promise<void> {
    for (const sums of this.#sums) {
      for (const sum of sums.values()) assert(sum === 0n, 'every transaction sums to zero in each currency')
    }
    const opened = [...this.#opened]
    await Promise.all([
      send(connection, openReceivablesSql, openedColumns(opened), opened.length),
      send(
        connection,
        writeTransactionsSql,
        [...transactionColumns(this.#transactions), this.#now],
        this.#transactions.length,
      ),
      send(connection, writeEntriesSql, entryColumns(this.#entries), this.#entries.length),
    ])
  }

  /**
   * Writes the balances that were moved, in the order in which balances are locked. Fails as a conflict when one that something was
   * decided from is not what it was found to be, which a lock excludes.
   */
  async writeBalances(connection: Queryable): Promise<void> {
    const found = [...this.#snapshots]
      .filter(([receivable]) => !this.#opened.has(receivable))
      .sort(([left], [right]) => (left.id < right.id ? -1 : 1))
    const moved = found.filter(([now, before]) => now.version !== before.version || now.status !== before.status)
    await Promise.all([
      // What is written is held by the update itself.
      moved.length < found.length
        ? send(connection, holdReceivablesSql, [...snapshotColumns(found), found.length], found.length)
        : undefined,
      send(
        connection,
        updateReceivablesSql,
        [...snapshotColumns(moved), ...movedColumns(moved), this.#now, moved.length],
        moved.length,
      ),
    ])
  }
}

async function send(connection: Queryable, statement: Statement, columns: unknown[], rows: number): Promise<void> {
  if (rows > 0) await connection.query({ ...statement, values: columns })
}

function transactionColumns(rows: TransactionRow[]): Buffer[] {
  return [
    uuidArray(rows.map(({ id }) => id)),
    integerArray(rows.map(({ bucket }) => bucket)),
    integerArray(rows.map(({ environment_id }) => environment_id)),
    textArray(rows.map(({ kind }) => kind)),
    uuidArray(rows.map(({ source_id }) => source_id)),
    textArray(rows.map(({ reason }) => reason ?? null)),
    textArray(rows.map(({ request_id }) => request_id)),
    textArray(rows.map(({ actor }) => actor)),
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
    textArray(rows.map(({ system_account }) => system_account)),
    textArray(rows.map(({ currency }) => currency)),
    bigintArray(rows.map(({ amount }) => amount)),
    bigintArray(rows.map(({ version }) => version)),
    bigintArray(rows.map(({ balance_after }) => balance_after)),
  ]
}

function openedColumns(rows: Receivable[]): Buffer[] {
  return [
    uuidArray(rows.map(({ id }) => id)),
    integerArray(rows.map(({ bucket }) => bucket)),
    integerArray(rows.map(({ environment_id }) => environment_id)),
    bigintArray(rows.map(({ balance }) => balance)),
    bigintArray(rows.map(({ version }) => version)),
    textArray(rows.map(({ status }) => status)),
    textArray(rows.map(({ kind }) => kind)),
    uuidArray(rows.map(({ customer_id }) => customer_id)),
    uuidArray(rows.map(({ account_id }) => account_id)),
    textArray(rows.map(({ currency }) => currency)),
    textArray(rows.map(({ external_reference }) => external_reference)),
    timeArray(rows.map(({ owed_since }) => owed_since)),
    timeArray(rows.map(({ moved_at }) => moved_at)),
  ]
}

function snapshotColumns(rows: [Receivable, Snapshot][]): Buffer[] {
  return [
    uuidArray(rows.map(([{ id }]) => id)),
    integerArray(rows.map(([{ bucket }]) => bucket)),
    integerArray(rows.map(([{ environment_id }]) => environment_id)),
    textArray(rows.map(([{ currency }]) => currency)),
    bigintArray(rows.map(([, { balance }]) => balance)),
    bigintArray(rows.map(([, { version }]) => version)),
    textArray(rows.map(([, { status }]) => status)),
  ]
}

function movedColumns(rows: [Receivable, Snapshot][]): Buffer[] {
  return [
    bigintArray(rows.map(([{ balance }]) => balance)),
    bigintArray(rows.map(([{ version }]) => version)),
    textArray(rows.map(([{ status }]) => status)),
    timeArray(rows.map(([{ owed_since }]) => owed_since)),
  ]
}
