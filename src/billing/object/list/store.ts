import { idRange, type PageStart } from '../../../api/pagination.ts'
import type { RequestContext } from '../../../context.ts'
import { dateIn } from '../../../core/clock.ts'
import { bucketOf, firstIdAt } from '../../../core/id/id.ts'
import { Conditions } from '../../../database/conditions.ts'
import type { Queryable } from '../../../database/pool.ts'
import type { ReceivableKind } from '../../../ledger/receivable.ts'
import { askedName, beginsAt } from '../names.ts'
import { findObject, findReference, objectSelect, type Rows } from '../rows.ts'
import type { ListQuery } from './schema.ts'

/**
 * Reads up to `limit + 1` objects of one kind, newest first. They are ordered by id, which begins with the time, so a
 * page stays the same while others write. Every filter but the balance has an index path.
 *
 * The page is picked first and joined afterwards. The join with the receivable is fenced off (`offset 0`): it is on two
 * columns of which one determines the other, so the planner would expect almost no rows, ignore the limit, and read
 * whole tables.
 */
export async function listObjects<Kind extends ReceivableKind>(
  database: Queryable,
  context: RequestContext,
  kind: Kind,
  query: ListQuery,
  page: PageStart,
): Promise<Rows[Kind][]> {
  const { environment, now } = context
  const conditions = new Conditions()
  if (!(await addNamed(conditions, database, environment.id, kind, query))) return []
  const byStatus = goesByStatus(query)
  const { from, below } = idRange(query, page)
  if (byStatus) {
    conditions.and`r.environment_id = ${environment.id} and r.status = ${query.status ?? 'unpaid'}`
    conditions.and`r.id >= ${from} and r.id < ${below}`
  } else conditions.and`e.environment_id = ${environment.id} and e.id >= ${from} and e.id < ${below}`
  addOwnFilters(conditions, query)
  addPersonal(conditions, query)
  addReceivableFilters(conditions, query, dateIn(environment.time_zone, now))
  addChanged(conditions, environment.id, kind, query)
  const { rows } = await database.query<Rows[Kind]>({
    text: `with page as materialized (
       select e.id, e.bucket from ${byStatus ? statusFirst : objectFirst(kind, query)}
       where ${conditions.text} order by ${byStatus ? 'r' : 'e'}.id desc limit ${page.limit + 1}
     )
     ${objectSelect[kind]} join page on page.id = e.id and page.bucket = e.bucket order by e.id desc`,
    values: conditions.values,
  })
  return rows
}

/** Whether only the status narrows the list: then its index drives the scan, and each bill is looked up by its key. */
function goesByStatus(query: ListQuery): boolean {
  if (query.status === undefined && query.overdue !== true) return false
  const { external_reference, customer, account, metadata, due_from, due_to } = query
  return [external_reference, customer, account, metadata, due_from, due_to].every((filter) => filter === undefined)
}

/** Whether nothing else narrows a list by change: then the entries and the changes since are read, by their ids, which are times. */
export function goesByChange(query: Partial<ListQuery>): boolean {
  if (query.updated_from === undefined) return false
  const { external_reference, customer, account, metadata, due_from, due_to, status, overdue, created_from } = query
  const { name, email, phone } = query
  const named = [external_reference, customer, account, name, email, phone]
  const narrowing = [...named, metadata, due_from, due_to, status, created_from]
  return overdue !== true && narrowing.every((filter) => filter === undefined)
}

function addChanged(conditions: Conditions, environmentId: number, kind: ReceivableKind, query: ListQuery): void {
  const { updated_from } = query
  if (updated_from === undefined) return
  conditions.and`greatest(e.updated_at, r.moved_at) >= ${updated_from}`
  if (!goesByChange(query)) return
  const since = firstIdAt(Date.parse(updated_from))
  conditions.and`e.id in (
    select receivable_id from ledger_entry
    where environment_id = ${environmentId} and id >= ${since} and receivable_id is not null
    union select object_id from audit_entry
    where environment_id = ${environmentId} and id >= ${since} and object_kind = ${kind})`
}

const statusFirst = `receivable as r cross join lateral
  (select * from bill as b where b.id = r.id and b.bucket = r.bucket offset 0) as e`

function objectFirst(kind: ReceivableKind, query: ListQuery): string {
  const { status, overdue, balance_min, balance_max, updated_from } = query
  const filtered = [status, overdue, balance_min, balance_max, updated_from].some((filter) => filter !== undefined)
  return filtered
    ? `${kind} as e left join lateral
        (select status, balance, moved_at from receivable as b where b.id = e.id and b.bucket = e.bucket offset 0) as r on true`
    : `${kind} as e`
}

/** The filters that name one object, and so give the bucket too. Returns false when there is no such object. */
async function addNamed(
  conditions: Conditions,
  database: Queryable,
  environmentId: number,
  kind: ReceivableKind,
  { external_reference, customer, account }: ListQuery,
): Promise<boolean> {
  if (external_reference !== undefined) {
    const id = await findReference(database, environmentId, kind, external_reference)
    if (id === undefined) return false
    conditions.and`e.id = ${id} and e.bucket = ${bucketOf(id)}`
  }
  if (customer !== undefined) {
    const found = await findObject(database, environmentId, 'customer', customer)
    if (!found) return false
    conditions.and`e.customer_id = ${found.id} and e.bucket = ${found.bucket}`
  }
  if (account !== undefined) {
    const found = await findObject(database, environmentId, 'account', account)
    if (!found) return false
    conditions.and`e.account_id = ${found.id} and e.bucket = ${found.bucket}`
  }
  return true
}

function addOwnFilters(conditions: Conditions, query: ListQuery): void {
  const { archived, metadata, currency, due_from, due_to } = query
  if (archived === 'false') conditions.and`e.archived_at is null`
  if (archived === 'true') conditions.and`e.archived_at is not null`
  if (metadata !== undefined) conditions.and`e.metadata @> ${JSON.stringify(metadata)}`
  if (currency !== undefined) conditions.and`e.currency = ${currency}`
  if (due_from !== undefined) conditions.and`e.due_date >= ${due_from}`
  if (due_to !== undefined) conditions.and`e.due_date <= ${due_to}`
}

/** Who is sought by name, e-mail or phone: each has an index of its own. */
function addPersonal(conditions: Conditions, { name, email, phone }: ListQuery): void {
  if (name !== undefined) {
    conditions.andMade((parameter) => {
      const asked = askedName(`${parameter}::text`)
      return `${beginsAt(0, asked)} and ${asked} <> ''`
    }, name)
  }
  if (email !== undefined) conditions.and`lower(e.email) = lower(${email})`
  if (phone !== undefined) conditions.and`e.phone = ${phone}`
}

function addReceivableFilters(conditions: Conditions, query: ListQuery, today: string): void {
  const { status, overdue, balance_min, balance_max } = query
  if (status !== undefined) conditions.and`r.status = ${status}`
  if (overdue === true) conditions.and`r.status = 'unpaid' and e.due_date < ${today}`
  if (overdue === false) {
    conditions.and`(r.status <> 'unpaid' or e.due_date is null or e.due_date >= ${today})`
  }
  if (balance_min !== undefined) conditions.and`r.balance >= ${balance_min}`
  if (balance_max !== undefined) conditions.and`r.balance <= ${balance_max}`
}
