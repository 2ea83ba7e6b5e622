import { fieldProblem } from '../core/problem.ts'
import { integerArray } from '../database/arrays.ts'
import type { Pool, Queryable } from '../database/pool.ts'
import type { ShardMap } from '../database/shard-map.ts'
import { loadSql } from '../database/sql.ts'
import { transaction } from '../database/transaction.ts'
import { holdBooksSql } from './journal.ts'

type ClosedBooks = { closed_until: string; open_from: Date }

const lockBooksSql = loadSql(import.meta.url, './sql/lock-books.sql')
const readBooksSql = loadSql(import.meta.url, './sql/read-books.sql')

/** Keeps the books of an environment to whoever closes them, until the transaction ends: what was begun before is waited for. */
export async function lockBooks(connection: Queryable, environmentId: number): Promise<void> {
  await connection.query({ ...lockBooksSql, values: [environmentId] })
}

/**
 * Runs the work that closes books while those of other machines are kept too, whose payments are not written by way of `pool`: each has
 * locks of its own. The work commits before they are given back.
 */
export function withBooksKept<T>(
  { pool, shards }: { pool: Pool; shards: ShardMap },
  environmentId: number,
  work: () => Promise<T>,
): Promise<T> {
  const keep = ([node, ...others]: readonly Pool[]): Promise<T> =>
    node === undefined
      ? work()
      : transaction(node, async (connection) => {
          await lockBooks(connection, environmentId)
          return keep(others)
        })
  return keep(shards.nodes.filter((node) => node !== pool))
}

/** What is closed of the books of some environments, as this transaction holds them. */
export class Books {
  readonly #closed: ReadonlyMap<number, ClosedBooks>

  constructor(closed: ReadonlyMap<number, ClosedBooks>) {
    this.#closed = closed
  }

  /** From when on they are open; undefined where nothing is closed. */
  openFrom(environmentId: number): Date | undefined {
    return this.#closed.get(environmentId)?.open_from
  }

  /** Throws `period_closed` for a date of the caller's in closed books. What has no date counts from now. */
  refuseClosed(environmentId: number, at: Date | undefined, pointer: string): void {
    const closed = this.#closed.get(environmentId)
    if (closed === undefined || at === undefined || at >= closed.open_from) return
    throw fieldProblem(
      'period_closed',
      pointer,
      `The books are closed until ${closed.closed_until}: send a date from ${closed.open_from.toISOString()} on, or open them again.`,
    )
  }
}

/** Reads what is closed, and holds it. */
export async function readBooks(connection: Queryable, environments: readonly number[]): Promise<Books> {
  if (environments.length === 0) return new Books(new Map())
  const values = [integerArray([...environments])]
  const held = connection.query({ ...holdBooksSql, values })
  const read = connection.query<ClosedBooks & { id: number }>({
    ...readBooksSql,
    values,
  })
  const [, { rows }] = await Promise.all([held, read])
  return new Books(new Map(rows.map(({ id, ...closed }) => [id, closed])))
}

/** Throws `period_closed` for a date of the caller's in closed books; nothing is read where there is none. */
export async function refuseClosedPeriod(
  connection: Queryable,
  environmentId: number,
  at: Date | undefined,
  pointer: string,
): Promise<void> {
  if (at === undefined) return
  const books = await readBooks(connection, [environmentId])
  books.refuseClosed(environmentId, at, pointer)
}
