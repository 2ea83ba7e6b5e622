import type { z } from 'zod'
import { idRange, type PageStart } from '../api/pagination.ts'
import type { AuditedChange } from '../audit/record.ts'
import type { AuditedValues } from '../audit/values.ts'
import { allSourceKinds } from '../billing/history/kinds.ts'
import { type Actor, formatActor } from '../core/actor.ts'
import { assert } from '../core/assert.ts'
import { formatId, type Id, kindOfId, parseId } from '../core/id/id.ts'
import { parameterProblem } from '../core/problem.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import type { AuditQuery, auditEntry } from './schema.ts'

export type AuditRow = {
  id: Id
  actor: Actor | null
  object_id: Id | null
  object_name: string | null
  request_id: string | null
  recorded_at: Date
  address: string | null
  before: AuditedValues | null
  after: AuditedValues | null
} & ({ object_kind: AuditedChange['object_kind']; action: AuditedChange['action'] } | Money)
type Money = { object_kind: null; action: keyof typeof allSourceKinds }

/** How many rows of each table a page looks through. */
const readMax = 5_000
const listAuditSql = loadSql(import.meta.url, './sql/list-audit.sql')
const listAuditOfObjectSql = loadSql(import.meta.url, './sql/list-audit-of-object.sql')

/**
 * A page of changes, newest first, plus one to tell whether there are more. `read_to` is where it ended to look before the page was
 * full. Throws `invalid_request` for an actor or an object that does not read as one.
 */
export async function listAudit(
  pool: Queryable,
  environmentId: number,
  page: PageStart,
  { actor, object, from, to }: Pick<AuditQuery, 'actor' | 'object' | 'from' | 'to'>,
): Promise<{ rows: AuditRow[]; read_to: Id | undefined }> {
  const range = idRange({ created_from: from, created_to: to }, page)
  const sought = [environmentId, range.from, range.below, readActor(actor), page.limit + 1]
  const { rows } = await pool.query<{ read_to: Id | null } & AuditRow>(
    object === undefined
      ? { ...listAuditSql, values: [...sought, readMax] }
      : { ...listAuditOfObjectSql, values: [...sought, readObject(object)] },
  )
  // Where nothing was found, one row says how far was looked.
  return { rows: rows.filter(({ id }) => id !== null), read_to: rows[0]?.read_to ?? undefined }
}

/** A change as the API shows it. */
export function renderAudit(row: AuditRow): z.input<typeof auditEntry> {
  const object = shownObject(row)
  return {
    id: formatId(row.object_kind === null ? 'transaction' : 'audit', row.id),
    at: row.recorded_at.toISOString(),
    ...(row.actor !== null && { actor: formatActor(row.actor) }),
    action: row.action,
    object_kind: row.object_kind ?? allSourceKinds[row.action],
    ...(object !== undefined && { object }),
    ...(row.request_id !== null && { request_id: row.request_id }),
    ...(row.address !== null && { address: row.address }),
    ...(row.before !== null && { before: row.before }),
    ...(row.after !== null && { after: row.after }),
  }
}

function shownObject(row: AuditRow): string | undefined {
  const { object_id, object_name } = row
  if (object_id === null) return object_name ?? undefined
  if (row.object_kind === null) return formatId(allSourceKinds[row.action], object_id)
  const { object_kind: kind } = row
  assert(kind !== 'settings' && kind !== 'processor', 'what is of the environment has no id')
  // A receipt has the id of its payment.
  return formatId(kind === 'receipt' ? 'payment' : kind, object_id)
}

function readActor(sent: string | undefined): string | null {
  if (sent === undefined) return null
  const key = parseId('api_key', sent)
  if (key !== undefined) return `key:${key}`
  if (/^(?:command|job|page):./.test(sent)) return sent
  const detail = 'should be the id of a key, or a command, job or page, such as command:keys roll'
  throw parameterProblem('actor', 'invalid_actor', detail)
}

function readObject(sent: string): Id {
  const kind = kindOfId(sent)
  const id = kind === undefined ? undefined : parseId(kind, sent)
  if (id === undefined) throw parameterProblem('object', 'invalid_id', 'should be the id of an object')
  return id
}
