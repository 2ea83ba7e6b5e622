import { recordChange } from '../../audit/record.ts'
import type { RequestContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import { formatId, newId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { type NewEvent, renderEvent, writeEvents } from '../../events/outbox.ts'
import { cancelAttempts, refuseInProgress } from '../../ledger/attempts.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import { type FindOptions, findById, findOrThrow, type Rows } from './rows.ts'

/** The description of the archive operations in the reference. */
export const archiveText =
  'Refused while anything is owed or unapplied, or a payment is in progress; payments that were begun and not charged are cancelled. An archived object has no page and cannot be changed; its reference stays taken. It is unarchived automatically when something is owed or unapplied again.'

/** The description of the unarchive operations in the reference. */
export const unarchiveText = 'Refused while the customer or account that it belongs to is archived.'

/**
 * Archives an object: it can no longer be changed or get children, and its page is gone. Payments can still be recorded
 * for it, and unarchive it. Throws `balance_not_zero` while anything is owed or unapplied, `payment_in_progress` while a
 * payment for it is processing. An object that is archived already is returned unchanged.
 */
export async function archive<Kind extends ReceivableKind>(
  connection: Connection,
  context: RequestContext,
  kind: Kind,
  idOrReference: string,
): Promise<Rows[Kind]> {
  const { id: environmentId } = context.environment
  const found = await findOrThrow(connection, environmentId, kind, idOrReference)
  if (found.archived_at !== null) return found
  // Payments are locked before objects, as they are when they are applied.
  await cancelAttempts(connection, context, found)
  const row = await readAgain(connection, kind, found, { lock: 'archive' })
  if (row.archived_at !== null) return readAgain(connection, kind, row)
  const obstacle = await findObstacle(connection, kind, row)
  if (obstacle !== undefined) throw new Problem('balance_not_zero', obstacle)
  await refuseInProgress(connection, row)
  return setArchived(connection, context, kind, row, context.now)
}

/**
 * Reads an object again. What is read with a lock may have an older balance than object, when the lock was waited for: only
 * the row that is locked is the newest then.
 */
async function readAgain<Kind extends ReceivableKind>(
  connection: Connection,
  kind: Kind,
  { environment_id, id }: Rows[Kind],
  options: FindOptions = {},
): Promise<Rows[Kind]> {
  return required(await findById(connection, environment_id, kind, id, options), 'no object is ever deleted')
}

/** Unarchives an object. Throws `archived` while an object that it belongs to is archived. */
export async function unarchive<Kind extends ReceivableKind>(
  connection: Connection,
  context: RequestContext,
  kind: Kind,
  idOrReference: string,
): Promise<Rows[Kind]> {
  const { id: environmentId } = context.environment
  const found = await findOrThrow(connection, environmentId, kind, idOrReference)
  await refuseArchivedParents(connection, context, found)
  const row = await readAgain(connection, kind, found, { lock: 'update' })
  return row.archived_at === null ? readAgain(connection, kind, row) : setArchived(connection, context, kind, row, null)
}

const ownerColumns = { customer: 'customer_id', account: 'account_id', bill: 'id' } as const

/**
 * The reason why an object cannot be archived, if there is one: a balance, of its own or of something that belongs to
 * it.
 */
async function findObstacle(
  connection: Connection,
  kind: ReceivableKind,
  { environment_id, id, bucket }: Rows[ReceivableKind],
): Promise<string | undefined> {
  const { rows } = await connection.query<{ owed: boolean; accounts: boolean; unapplied: boolean }>({
    name: `obstacle-of-${kind}`,
    // Only a customer has accounts and payments, so the last two find nothing for other kinds.
    text: `select
        exists (select 1 from receivable where ${ownerColumns[kind]} = $2 and bucket = $3 and environment_id = $1
          and balance <> 0) as owed,
        exists (select 1 from account where customer_id = $2 and bucket = $3 and environment_id = $1
          and archived_at is null) as accounts,
        exists (select 1 from payment where customer_id = $2 and bucket = $3 and environment_id = $1
          and unapplied_amount > 0) as unapplied`,
    values: [environment_id, id, bucket],
  })
  const [obstacle] = rows
  if (obstacle?.owed) return kind === 'bill' ? 'The bill is not paid.' : 'A balance is not zero, or a bill is not paid.'
  if (obstacle?.accounts) return 'The customer has accounts that are not archived.'
  return obstacle?.unapplied ? 'The customer has unapplied money.' : undefined
}

async function refuseArchivedParents(
  connection: Connection,
  { environment }: RequestContext,
  row: Rows[ReceivableKind],
): Promise<void> {
  const parents = [
    ['customer', row.kind === 'customer' ? null : row.customer_id],
    ['account', row.kind === 'bill' ? row.account_id : null],
  ] as const
  for (const [kind, id] of parents) {
    const parent = id === null ? undefined : await findById(connection, environment.id, kind, id, { lock: 'share' })
    if (parent && parent.archived_at !== null) throw new Problem('archived', `Its ${kind} is archived.`)
  }
}

async function setArchived<Kind extends ReceivableKind>(
  connection: Connection,
  context: RequestContext,
  kind: Kind,
  row: Rows[Kind],
  archivedAt: Date | null,
): Promise<Rows[Kind]> {
  await connection.query({
    name: `archive-${kind}`,
    text: `update ${kind} set archived_at = $4, version = $5, updated_at = $6
      where environment_id = $1 and id = $2 and bucket = $3`,
    values: [row.environment_id, row.id, row.bucket, archivedAt, row.version + 1n, context.now],
  })
  const action = archivedAt === null ? 'unarchived' : 'archived'
  await recordChange(connection, context, { action, object_kind: kind, object_id: row.id })
  const changed = await readAgain(connection, kind, row)
  await writeEvents(connection, [archiveEvent(context, action, changed)])
  return changed
}

/** The event of an object that is put into the archive or taken out of it. `unarchive-objects.sql` writes the same. */
function archiveEvent(
  { environment, now }: RequestContext,
  action: 'archived' | 'unarchived',
  { kind, id: subject_id, bucket, external_reference, archived_at, updated_at, version }: Rows[ReceivableKind],
): NewEvent {
  const data = {
    id: formatId(kind, subject_id),
    external_reference,
    mode: environment.mode,
    updated_at: updated_at.toISOString(),
    ...(archived_at !== null && { archived_at: archived_at.toISOString() }),
    object_version: toNumber(version),
  }
  const type = `${kind}.${action}` as const
  return renderEvent(environment, { id: newId(bucket, now.getTime()), bucket, type, subject_id, created_at: now, data })
}
