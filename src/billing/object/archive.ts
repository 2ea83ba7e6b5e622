import { Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../../api/context.ts'
import { addWrite } from '../../api/operation.ts'
import type { App, Platform } from '../../api/platform.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import { findById, mustFind, type Rows } from './rows.ts'
import { lockObject } from './lock.ts'
import { answerObject, objectParams, type Resource } from './resource.ts'

const descriptions = {
  archive:
    'Refused while anything is owed or held. What is archived has no page and is not changed; its reference stays taken.',
  unarchive: 'Refused while what it belongs to is archived.',
} as const

/** Archive and unarchive, instead of delete: what was entered stays, and a reference stays taken. */
export function archiveRoutes<Kind extends ReceivableKind>(app: App, platform: Platform, resource: Resource<Kind>) {
  const { kind, name, url, shape } = resource
  const params = objectParams(kind)
  const actions = [
    { action: 'archive', change: archive },
    { action: 'unarchive', change: unarchive },
  ] as const
  for (const { action, change } of actions) {
    addWrite(
      app,
      platform,
      {
        method: 'POST',
        url: `${url}/:${kind}/${action}`,
        id: `${action}${name.one}`,
        tag: name.many,
        summary: `${action === 'archive' ? 'Archive' : 'Unarchive'} ${name.article}`,
        description: descriptions[action],
        params,
        answers: { 200: shape },
        etag: true,
        refusals: [404, 409],
      },
      async (connection, { params, context }) =>
        answerObject(resource, { platform, context }, await change(connection, context, kind, params[kind])),
    )
  }
}

/**
 * Archives an object: it cannot be changed, gets no new children, and its page is gone. Money that is recorded for it still
 * arrives. Throws `balance_not_zero` while anything is owed or held. What is archived already stays as it is.
 */
async function archive<Kind extends ReceivableKind>(
  connection: Connection,
  context: ChangeContext,
  kind: Kind,
  idOrReference: string,
): Promise<Rows[Kind]> {
  const { id: environmentId } = context.environment
  const { row } = await lockObject(connection, environmentId, kind, idOrReference, { archived: 'accepted' })
  if (row.archived_at !== null) return row
  const obstacle = await findObstacle(connection, kind, row)
  if (obstacle !== undefined) throw new Problem('balance_not_zero', obstacle)
  return setArchived(connection, context, kind, row, context.now)
}

/** Takes an object back from the archive. Throws `archived` while what it belongs to is archived. */
async function unarchive<Kind extends ReceivableKind>(
  connection: Connection,
  context: ChangeContext,
  kind: Kind,
  idOrReference: string,
): Promise<Rows[Kind]> {
  const { id: environmentId } = context.environment
  const found = await mustFind(connection, environmentId, kind, idOrReference)
  await refuseArchivedParents(connection, context, found)
  const { row } = await lockObject(connection, environmentId, kind, idOrReference, { archived: 'accepted' })
  return row.archived_at === null ? row : setArchived(connection, context, kind, row, null)
}

const ownerColumns = { customer: 'customer_id', account: 'account_id', bill: 'id' } as const

/** What stands in the way of archiving: its own balance, or what hangs on it. */
async function findObstacle(
  connection: Connection,
  kind: ReceivableKind,
  { environment_id, id, bucket }: Rows[ReceivableKind],
): Promise<string | undefined> {
  const { rows } = await connection.query<{ owed: boolean; accounts: boolean; unapplied: boolean }>({
    name: `obstacle-of-${kind}`,
    // Only a customer has accounts and payments, so for the others the last two find nothing.
    text: `select
        exists (select from receivable where ${ownerColumns[kind]} = $2 and bucket = $3 and environment_id = $1
          and balance <> 0) as owed,
        exists (select from account where customer_id = $2 and bucket = $3 and environment_id = $1
          and archived_at is null) as accounts,
        exists (select from payment where customer_id = $2 and bucket = $3 and environment_id = $1
          and unapplied_amount > 0) as unapplied`,
    values: [environment_id, id, bucket],
  })
  const [obstacle] = rows
  if (obstacle?.owed) return kind === 'bill' ? 'The bill is not paid.' : 'A balance is not zero, or a bill is not paid.'
  if (obstacle?.accounts) return 'The customer has accounts that are not archived.'
  return obstacle?.unapplied ? 'Money of the customer is unapplied.' : undefined
}

async function refuseArchivedParents(
  connection: Connection,
  { environment }: ChangeContext,
  row: Rows[ReceivableKind],
): Promise<void> {
  const parents = [
    ['customer', 'customer_id' in row ? row.customer_id : null],
    ['account', 'account_id' in row ? row.account_id : null],
  ] as const
  for (const [kind, id] of parents) {
    const parent = id === null ? undefined : await findById(connection, environment.id, kind, id, { lock: 'stay' })
    if (parent && parent.archived_at !== null) throw new Problem('archived', `Its ${kind} is archived.`)
  }
}

async function setArchived<Kind extends ReceivableKind>(
  connection: Connection,
  { now }: ChangeContext,
  kind: Kind,
  row: Rows[Kind],
  archivedAt: Date | null,
): Promise<Rows[Kind]> {
  const changed = { ...row, archived_at: archivedAt, version: row.version + 1n, updated_at: now }
  await connection.query({
    name: `archive-${kind}`,
    text: `update ${kind} set archived_at = $4, version = $5, updated_at = $6
      where environment_id = $1 and id = $2 and bucket = $3`,
    values: [row.environment_id, row.id, row.bucket, archivedAt, changed.version, now],
  })
  return changed
}
