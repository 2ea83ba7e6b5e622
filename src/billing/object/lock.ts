import { checkIfMatch, etagOf } from '../../api/etag.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { lockReceivables, type Receivable, type ReceivableKind } from '../../ledger/receivable.ts'
import { findOrThrow, type Rows } from './rows.ts'

/** An object and its balance, locked by this transaction; no balance where none is tracked. */
export type Held<Row> = { row: Row; receivable: Receivable | undefined }

/** The row with its balance as the locked receivable has it. */
export function withReceivable<Row extends Rows[ReceivableKind]>(row: Row, receivable: Receivable | undefined): Row {
  if (!receivable) return row
  const { balance, currency, version, moved_at, status } = receivable
  return { ...row, balance, receivable_currency: currency, receivable_version: version, moved_at, status }
}

/**
 * Finds an object and locks it, then its balance: payments lock only the balance, so the two never wait in a circle.
 * Throws `precondition_failed` when If-Match was sent and either has moved, and `archived` unless that is accepted.
 */
export async function lockObject<Kind extends ReceivableKind>(
  connection: Connection,
  environmentId: number,
  kind: Kind,
  idOrReference: string,
  options: { ifMatch?: string | undefined; archived?: 'accepted' } = {},
): Promise<Held<Rows[Kind]>> {
  const found = await findOrThrow(connection, environmentId, kind, idOrReference, { lock: 'update' })
  const receivable = (await lockReceivables(connection, { ids: [found.id], environments: [environmentId] })).get(
    found.id,
  )
  const row = withReceivable(found, receivable)
  checkIfMatch(options.ifMatch, etagOf(row))
  if (row.archived_at !== null && options.archived !== 'accepted') {
    throw new Problem('archived', `The ${kind} is archived and cannot be changed.`)
  }
  return { row, receivable }
}
