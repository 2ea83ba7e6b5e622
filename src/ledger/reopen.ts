import type { Actor } from '../core/actor.ts'
import { bucketOf, type Id } from '../core/id/id.ts'
import { integerArray, textArray, uuidArray } from '../database/arrays.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import type { Receivable } from './receivable.ts'

/** A customer, an account or a bill on which something is owed or held again, and by whose doing. */
export type Reopened = { id: Id; environment_id: number; actor: Actor; request_id: string }

const holdObjectsSql = loadSql(import.meta.url, './sql/hold-objects.sql')
const unarchiveSql = loadSql(import.meta.url, './sql/unarchive-objects.sql')

/** What a balance belongs to: the object that has it, and those above. */
export function objectsOf({
  id,
  account_id,
  customer_id,
}: Pick<Receivable, 'id' | 'account_id' | 'customer_id'>): Id[] {
  return [...new Set([customer_id, account_id ?? customer_id, id])]
}

/**
 * Brings objects out of the archive, in the transaction that has something owed or held on them again. First they are kept from
 * being archived until it ends: who archives looks for what is owed, and would not see yet what this transaction writes. The second
 * statement sees what was archived while the first waited.
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
