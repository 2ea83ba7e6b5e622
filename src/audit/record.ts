import type { Actor } from '../core/actor.ts'
import { bucketOf, type Id, newId, randomBucket } from '../core/id/id.ts'
import { integerArray, textArray, uuidArray } from '../database/arrays.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'

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
export type AuditedChange = {
  action: (typeof auditActions)[number]
  object_kind: (typeof auditedKinds)[number]
  /** Null when it is the environment itself, or something of it that has a name. */
  object_id: Id | null
  /** The name of what has no id: a processor. */
  object_name?: string
}

/** By whom, for which environment, and when. */
export type AuditContext = {
  environment: { id: number }
  actor: Actor
  request_id?: string | undefined
  now: Date
}

const writeAuditEntriesSql = loadSql(import.meta.url, './sql/write-audit-entries.sql')

/** Writes who made some changes, in the transaction of the changes. Each entry has the bucket of its object. */
export async function recordChanges(
  connection: Queryable,
  changes: { context: AuditContext; change: AuditedChange }[],
): Promise<void> {
  if (changes.length === 0) return
  const objects = changes.map(({ change }) => change.object_id)
  const buckets = objects.map((id) => (id === null ? randomBucket() : bucketOf(id)))
  await connection.query({
    ...writeAuditEntriesSql,
    values: [
      uuidArray(changes.map(({ context }, index) => newId(buckets[index] as number, context.now.getTime()))),
      integerArray(buckets),
      integerArray(changes.map(({ context }) => context.environment.id)),
      textArray(changes.map(({ context }) => context.actor)),
      textArray(changes.map(({ change }) => change.action)),
      textArray(changes.map(({ change }) => change.object_kind)),
      uuidArray(objects),
      textArray(changes.map(({ context }) => context.request_id ?? null)),
      changes[0]?.context.now,
      textArray(changes.map(({ change }) => change.object_name ?? null)),
    ],
  })
}

/** Writes who made one change, in its transaction. */
export function recordChange(connection: Queryable, context: AuditContext, change: AuditedChange): Promise<void> {
  return recordChanges(connection, [{ context, change }])
}
