import { assert, required } from '../core/assert.ts'
import { laterOf } from '../core/clock.ts'
import { type Id, newId } from '../core/id/id.ts'
import { maxBalance } from '../core/money.ts'
import { Problem } from '../core/problem.ts'
import { bigintArray, integerArray, uuidArray } from '../database/arrays.ts'
import { byShard } from '../database/by-shard.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql, type Statement } from '../database/sql.ts'
import { traceparentNow } from '../tracing/span.ts'
import {
  changedColumns,
  entryColumns,
  type LedgerEntryRow,
  type NewTransaction,
  type Snapshot,
  type SystemAccount,
  snapshotColumns,
  type TransactionRow,
  transactionColumns,
} from './journal-rows.ts'
import { objectsOf, type Receivable } from './receivable.ts'
import { openReceivables, reopen } from './store.ts'

/** A transaction that is being entered. */
export type OpenTransaction = {
  readonly id: Id
  readonly bucket: number
  readonly environment_id: number
  readonly effective_at: Date
  /** What its entries sum to, per currency; all zero when it is written. */
  readonly sums: Map<string, bigint>
}

/**
 * Holds the books of environments as they are until the transaction ends: no period is closed under it. Payments do not wait for each
 * other here, only while a period is being closed.
 */
export const holdBooksSql = loadSql(import.meta.url, './sql/hold-books.sql')
const writeTransactionsSql = loadSql(import.meta.url, './sql/write-transactions.sql')
const writeEntriesSql = loadSql(import.meta.url, './sql/write-entries.sql')
const holdReceivablesSql = loadSql(import.meta.url, './sql/hold-receivables.sql')
const updateReceivablesSql = loadSql(import.meta.url, './sql/update-receivables.sql')
const expectBillsSql = loadSql(import.meta.url, './sql/expect-bills.sql')

/**
 * The only way to change a balance. Collects the double entries of one database transaction, enforces the rules of the
 * ledger, and writes them set-based: however many there are, one statement each for the transactions, the entries and
 * the balances, and one more where receivables are new or were only read. A receivable is either locked, or read
 * without a lock and checked when it is written.
 */
export class Journal {
  readonly #now: Date
  readonly #transactions: TransactionRow[] = []
  readonly #entries: LedgerEntryRow[] = []
  readonly #opened = new Set<Receivable>()
  /** Each receivable that a decision depends on, as it was read. */
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
    this.#transactions.push({
      reason: undefined,
      label: undefined,
      reference: undefined,
      ...transaction,
      effective_at,
      id,
    })
    const sums = new Map<string, bigint>()
    this.#sums.push(sums)
    return { id, bucket: transaction.bucket, environment_id: transaction.environment_id, effective_at, sums }
  }

  /**
   * Changes the balance of a receivable by `amount` (signed like the balance: a payment is negative). Throws
   * `amount_out_of_range` when the balance would go beyond the limits.
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
      const owedSince = required(receivable.owed_since, 'of a bill it is known')
      if (amount > 0n) receivable.owed_since = laterOf(owedSince, effective_at)
      else assert(effective_at >= owedSince, 'a bill is lessened from when it is owed')
      if (receivable.status !== 'voided') receivable.status = receivable.balance > 0n ? 'unpaid' : 'paid'
    }
    receivable.moved_at = this.#now
    this.#enter(transaction, receivable.currency, amount, {
      receivable_id: receivable.id,
      system_account: null,
      version: receivable.version,
      balance_after: receivable.balance,
    })
  }

  /**
   * Makes the write fail unless these receivables are still as they were read, even when nothing is posted to them: a
   * decision depends on all of them.
   */
  expectUnchanged(receivables: Iterable<Receivable>): void {
    for (const receivable of receivables) this.#snapshot(receivable)
  }

  /** Voids a bill, whose balance must then be posted to zero. */
  voidReceivable(receivable: Receivable): void {
    assert(receivable.kind === 'bill', 'only a bill is voided')
    this.#snapshot(receivable)
    receivable.status = 'voided'
  }

  /** Posts the other side to a system account. */
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

  /** Remembers a receivable as it was read, before its first change. */
  #snapshot(receivable: Receivable): void {
    if (this.#snapshots.has(receivable)) return
    const { balance, version, status } = receivable
    this.#snapshots.set(receivable, { balance, version, status })
  }

  #enter(
    transaction: OpenTransaction,
    currency: string,
    amount: bigint,
    side: Pick<LedgerEntryRow, 'receivable_id' | 'system_account' | 'version' | 'balance_after'>,
  ): void {
    assert(amount !== 0n, 'an entry has an amount')
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

  /** The receivables that decisions depend on, with the balances that will be written. */
  get snapshots(): Iterable<Receivable> {
    return this.#snapshots.keys()
  }

  /**
   * Writes everything that was entered, pipelined. Throws when a transaction does not balance. Objects whose balance is no
   * longer zero are unarchived; a batch of payments, which writes in parts, does so itself (`reopenedBy`).
   */
  async write(connection: Queryable): Promise<void> {
    await Promise.all([this.writeEntries(connection), this.writeBalances(connection), this.#reopen(connection)])
  }

  #reopen(connection: Queryable): Promise<void> {
    const [cause] = this.#transactions
    const traceparent = traceparentNow()
    const reopened = [...this.#snapshots].flatMap(([receivable, before]) => {
      const unsettled = before.balance === 0n && receivable.balance !== 0n && !this.#opened.has(receivable)
      if (cause === undefined || !unsettled) return []
      const { actor, request_id } = cause
      const { environment_id } = receivable
      return objectsOf(receivable).map((id) => ({ id, environment_id, actor, request_id, traceparent }))
    })
    return reopen(connection, reopened, this.#now)
  }

  /** Writes the transactions with their entries, and the receivables that are new. */
  async writeEntries(connection: Queryable): Promise<void> {
    for (const sums of this.#sums) {
      for (const sum of sums.values()) assert(sum === 0n, 'every transaction sums to zero in each currency')
    }
    const opened = [...this.#opened]
    const environments = [...new Set(this.#transactions.map(({ environment_id }) => environment_id))]
    await Promise.all([
      send(connection, holdBooksSql, [integerArray(environments)], environments.length),
      openReceivables(connection, opened),
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
   * Writes the balances that changed, in the lock order. Fails as a conflict (40001) when a balance that a decision
   * depends on is no longer as it was read, which a lock rules out.
   */
  async writeBalances(connection: Queryable): Promise<void> {
    const snapshots = [...this.#snapshots]
      .filter(([receivable]) => !this.#opened.has(receivable))
      .sort(([left], [right]) => (left.id < right.id ? -1 : 1))
    const changed = snapshots.filter(([now, before]) => now.version !== before.version || now.status !== before.status)
    await Promise.all([
      // The update itself checks the balances that it writes.
      ...(changed.length < snapshots.length ? byShard(connection, snapshots, ([{ bucket }]) => bucket) : []).map(
        (part) => send(connection, holdReceivablesSql, [...snapshotColumns(part), part.length], part.length),
      ),
      send(
        connection,
        updateReceivablesSql,
        [...snapshotColumns(changed), ...changedColumns(changed), this.#now, changed.length],
        changed.length,
      ),
    ])
  }

  /**
   * Fails as a conflict (40001) when a bill that was paid here has been changed since it was read, which takes no lock on it: its
   * event shows the bill, and would come behind the one of the change with a lower `object_version`. Send it behind the balances.
   */
  async expectBills(connection: Queryable): Promise<void> {
    const bills = [...this.#snapshots].flatMap(([now, before]) =>
      now.status === 'paid' && before.status === 'unpaid' && now.bill_version !== null
        ? [{ id: now.id, bucket: now.bucket, environment_id: now.environment_id, version: now.bill_version }]
        : [],
    )
    const columns = [
      uuidArray(bills.map(({ id }) => id)),
      integerArray(bills.map(({ bucket }) => bucket)),
      integerArray(bills.map(({ environment_id }) => environment_id)),
      bigintArray(bills.map(({ version }) => version)),
    ]
    await send(connection, expectBillsSql, [...columns, bills.length], bills.length)
  }
}

async function send(connection: Queryable, statement: Statement, columns: unknown[], rows: number): Promise<void> {
  if (rows > 0) await connection.query({ ...statement, values: columns })
}
