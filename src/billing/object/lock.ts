import { checkIfMatch, etagOf } from '../../api/etag.ts'
import { type InputPlace, Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import type { Receivable, ReceivableKind } from '../../ledger/receivable.ts'
import { lockReceivables } from '../../ledger/store.ts'
import { findOrThrow, type Rows } from './rows.ts'

/** An object and its balance, locked by this transaction; no balance where none is tracked. */
export type Held<Row> = { row: Row; receivable: Receivable | undefined }

/** The row with the balance of the locked receivable. */
export function withReceivable<Row extends Rows[ReceivableKind]>(row: Row, receivable: Receivable | undefined): Row {
  if (!receivable) return row
  const { balance, currency, version, moved_at, status } = receivable
  return { ...row, balance, receivable_currency: currency, receivable_version: version, moved_at, status }
}

/**
 * Finds and locks an object, then its balance. Payments lock only the balance, so the two cannot deadlock. Throws
 * `archived`, and `precondition_failed` when If-Match was sent and either has changed.
 */
export async function lockObject<Kind extends ReceivableKind>(
  connection: Connection,
  environmentId: number,
  kind: Kind,
  idOrReference: string,
  options: { ifMatch?: string | undefined; place?: InputPlace } = {},
): Promise<Held<Rows[Kind]>> {
  const found = await findOrThrow(connection, environmentId, kind, idOrReference, { lock: 'update' }, options.place)
  // Before the balance is locked: a transaction that reopens it locks it first and then the archived object.
  if (found.archived_at !== null) throw new Problem('archived', `The ${kind} is archived and cannot be changed.`)
  const receivable = (await lockReceivables(connection, { ids: [found.id], environments: [environmentId] })).get(
    found.id,
  )
  const row = withReceivable(found, receivable)
  checkIfMatch(options.ifMatch, etagOf(row))
  return { row, receivable }
}
