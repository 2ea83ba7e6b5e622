import type { Actor } from '../core/actor.ts'
import { bucketOf, type Id, newId, randomBucket } from '../core/id/id.ts'
import { integerArray, textArray, uuidArray } from '../database/arrays.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import type { AuditedValues, Difference } from './values.ts'

/** What is done to an object. */
export const auditActions = [
  'created',
  'updated',
  'archived',
  'unarchived',
  'voided',
  'pseudonymised',
  'revoked',
  'deleted',
  'requested',
  'cancelled',
  'retried',
] as const

/** What it is done to. */
export const auditedKinds = [
  'customer',
  'account',
  'bill',
  'payment',
  'receipt',
  'payment_request',
  'payment_session',
  'transfer_notice',
  'settings',
  'processor',
  'endpoint',
  'replay',
  'api_key',
] as const

/** What was done to which object. Changes of money are not included: their record is the ledger transaction. */
export type AuditedChange = Difference & {
  action: (typeof auditActions)[number]
  object_kind: (typeof auditedKinds)[number]
  /** Null when it is the environment itself, or something of it that has a name. */
  object_id: Id | null
  /** The name of what has no id: a processor. */
  object_name?: string
}

/** By whom, for which environment, when, and from where. */
export type AuditContext = {
  environment: { id: number }
  actor: Actor
  request_id?: string | undefined
  now: Date
  /** Of the client whose key it is. A payer's is not kept. */
  address?: string | undefined
}

const writeAuditEntriesSql = loadSql(import.meta.url, './sql/write-audit-entries.sql')
const writeAuditDetailsSql = loadSql(import.meta.url, './sql/write-audit-details.sql')

type Recorded = { id: Id; bucket: number; context: AuditContext; change: AuditedChange }

/** Writes who made some changes, in the transaction of the changes. Each entry has the bucket of its object. */
export async function recordChanges(
  connection: Queryable,
  changes: { context: AuditContext; change: AuditedChange }[],
): Promise<void> {
  if (changes.length === 0) return
  const recorded = changes.map(({ context, change }): Recorded => {
    const bucket = change.object_id === null ? randomBucket() : bucketOf(change.object_id)
    return { id: newId(bucket, context.now.getTime()), bucket, context, change }
  })
  await Promise.all([
    connection.query({
      ...writeAuditEntriesSql,
      values: [
        ...keysOf(recorded),
        textArray(recorded.map(({ context }) => context.actor)),
        textArray(recorded.map(({ change }) => change.action)),
        textArray(recorded.map(({ change }) => change.object_kind)),
        uuidArray(recorded.map(({ change }) => change.object_id)),
        textArray(recorded.map(({ context }) => context.request_id ?? null)),
        changes[0]?.context.now,
        textArray(recorded.map(({ change }) => change.object_name ?? null)),
      ],
    }),
    writeDetails(connection, recorded.filter(hasDetail)),
  ])
}

/** Writes who made one change, in its transaction. */
export function recordChange(connection: Queryable, context: AuditContext, change: AuditedChange): Promise<void> {
  return recordChanges(connection, [{ context, change }])
}

/** The objects that callers create by the thousand have no detail: what they are made with is in their own rows and events. */
function hasDetail({ context, change }: Recorded): boolean {
  const values = change.before ?? change.after
  return values !== undefined || (context.address !== undefined && change.action !== 'created')
}

async function writeDetails(connection: Queryable, recorded: Recorded[]): Promise<void> {
  if (recorded.length === 0) return
  const text = (values: AuditedValues | undefined) => (values === undefined ? null : JSON.stringify(values))
  await connection.query({
    ...writeAuditDetailsSql,
    values: [
      ...keysOf(recorded),
      textArray(recorded.map(({ context }) => context.address ?? null)),
      textArray(recorded.map(({ change }) => text(change.before))),
      textArray(recorded.map(({ change }) => text(change.after))),
    ],
  })
}

function keysOf(recorded: Recorded[]): Buffer[] {
  return [
    uuidArray(recorded.map(({ id }) => id)),
    integerArray(recorded.map(({ bucket }) => bucket)),
    integerArray(recorded.map(({ context }) => context.environment.id)),
  ]
}
