import type { Queryable } from '../../src/database/pool.ts'

type Value = string | bigint | number | null
/** A statement as it was sent: its columns as rows, and the values behind them. */
type Recorded = { name: string; rows: Value[][]; others: unknown[] }

/** A transaction of the ledger, with the sum of its entries on each account: a system account, or the id of a balance. */
export type Entered = {
  id: string
  kind: string
  source: string
  reason: string | null
  effective_at: string
  accounts: Record<string, bigint>
}

/**
 * A connection that keeps what it is sent, for tests of what is written: it has no database, and answers each statement with a row for each
 * that it was given, unless `rowCounts` says otherwise.
 */
export class Recording implements Queryable {
  readonly statements: Recorded[] = []
  readonly shardOf: Queryable['shardOf']
  readonly #rowCounts: Record<string, number>

  constructor(shardOf?: Queryable['shardOf'], rowCounts: Record<string, number> = {}) {
    this.shardOf = shardOf
    this.#rowCounts = rowCounts
  }

  query: Queryable['query'] = async (statement) => {
    const { name = '', values = [] } = statement as { name?: string; values?: unknown[] }
    const columns = values.filter(Buffer.isBuffer).map(readArray)
    const rows = (columns[0] ?? []).map((_, place) => columns.map((column) => column[place] as Value))
    this.statements.push({ name, rows, others: values.filter((value) => !Buffer.isBuffer(value)) })
    return { rows: [], rowCount: this.#rowCounts[name] ?? (columns[0]?.length || 1) } as never
  }

  /** The statements of one name, in the order in which they were sent. */
  of(name: string): Recorded[] {
    return this.statements.filter((one) => one.name === name)
  }

  /** The rows of all statements of one name. */
  rows(name: string): Value[][] {
    return this.of(name).flatMap(({ rows }) => rows)
  }

  /** The transactions that a journal has written. */
  transactions(): Entered[] {
    const entries = this.rows('write-entries')
    return this.rows('write-transactions').map((row) => {
      const [id, , , kind, source, reason] = row as string[]
      const accounts: Record<string, bigint> = {}
      for (const [, , , transaction, receivable, system, , amount] of entries) {
        const account = String(receivable ?? system)
        if (transaction === id) accounts[account] = (accounts[account] ?? 0n) + (amount as bigint)
      }
      return { id, kind, source, reason, effective_at: row.at(-1), accounts } as Entered
    })
  }
}

const epochMs = Date.UTC(2000, 0, 1)
const readers: Record<number, (bytes: Buffer) => Value> = {
  20: (bytes) => bytes.readBigInt64BE(),
  23: (bytes) => bytes.readInt32BE(),
  25: (bytes) => bytes.toString(),
  1184: (bytes) => new Date(Number(bytes.readBigInt64BE()) / 1000 + epochMs).toISOString(),
  2950: (bytes) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
}

/** Reads an array of PostgreSQL's binary format back. */
function readArray(array: Buffer): Value[] {
  const values: Value[] = []
  const read = readers[array.readInt32BE(8)] as (bytes: Buffer) => Value
  for (let at = 20; at < array.length; ) {
    const size = array.readInt32BE(at)
    at += 4
    values.push(size < 0 ? null : read(array.subarray(at, at + size)))
    at += Math.max(size, 0)
  }
  return values
}
