import type { Actor } from '../core/actor.ts'
import { bucketOf, type Id } from '../core/id/id.ts'
import { integerArray, textArray, uuidArray } from '../database/arrays.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import type { Receivable } from './receivable.ts'

/** A customer, account or bill with an amount owed, in credit or unapplied again, and who caused it. */
export type Reopened = { id: Id; environment_id: number; actor: Actor; request_id: string }

const holdObjectsSql = loadSql(import.meta.url, './sql/hold-objects.sql')
const unarchiveSql = loadSql(import.meta.url, './sql/unarchive-objects.sql')

/** The ids of the object that has a balance and of the objects that it belongs to. */
export function objectsOf({
  id,
  account_id,
  customer_id,
}: Pick<Receivable, 'id' | 'account_id' | 'customer_id'>): Id[] {
  return [...new Set([customer_id, account_id ?? customer_id, id])]
}

/**
 * Unarchives objects, in the transaction that makes something owed, in credit or unapplied on them again. The first
 * statement prevents that they are archived meanwhile: archiving checks the balances, and would not see those that this
 * transaction has not committed. The second statement sees objects that were archived while the first one waited. Both
 * come after the balances, which every transaction that reopens something locks before objects.
 */
export async function reopen(connection: Queryable, reopened: Reopened[], now: Date): Promise<void> {
  if (reopened.length === 0) return
  const once = [...new Map(reopened.map((one) => [one.id, one])).values()]
  const key = [
    uuidArray(once.map(({ id }) => id)),
    integerArray(once.map(({ id }) => bucketOf(id))),
    integerArray(once.map(({ environment_id }) => environment_id)),
  ]
  await Promise.all([
    connection.query({ ...holdObjectsSql, values: key }),
    connection.query({
      ...unarchiveSql,
      values: [
        ...key,
        textArray(once.map(({ actor }) => actor)),
        textArray(once.map(({ request_id }) => request_id)),
        now,
      ],
    }),
  ])
}
