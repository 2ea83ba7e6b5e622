import type { RequestContext } from '../../context.ts'
import { bucketOf, type Id } from '../../core/id/id.ts'
import { bigintArray, uuidArray } from '../../database/arrays.ts'
import type { Connection, Queryable } from '../../database/pool.ts'
import type { NewEvent } from '../../events/outbox.ts'
import type { Journal } from '../../ledger/journal.ts'
import type { Receivable, ReceivableKind } from '../../ledger/receivable.ts'
import { type Credit, type EnteredSetOff, enterSetOff } from '../../ledger/set-off.ts'
import { lockReceivables } from '../../ledger/store.ts'
import { accounts } from '../account/resource.ts'
import { customers } from '../customer/resource.ts'
import { adjustmentField, objectEvent } from '../object/event.ts'
import { withReceivable } from '../object/lock.ts'
import { objectSelect, type Rows } from '../object/rows.ts'
import { bills } from './resource.ts'

/** One side of a set-off: an object with its locked balance. Its row follows what is entered. */
export type SetOffParty<Row = Rows[ReceivableKind]> = { row: Row; receivable: Receivable }

type Ids = { customer_id: Id; accounts?: readonly Id[]; bills?: readonly Id[] }
type SetOffContext = Pick<RequestContext, 'environment' | 'actor' | 'request_id' | 'now'>

/**
 * Locks a customer, and accounts and bills of it, in the lock order of objects, and then their balances, so that what is told of a
 * set-off is in order with what else is told of them. What has no balance is left out.
 */
export async function lockParties(
  connection: Connection,
  environment_id: number,
  { customer_id, accounts = [], bills = [] }: Ids,
): Promise<Map<Id, SetOffParty>> {
  const [customer, account, bill, receivables] = await Promise.all([
    lockRows(connection, environment_id, 'customer', [customer_id]),
    lockRows(connection, environment_id, 'account', accounts),
    lockRows(connection, environment_id, 'bill', bills),
    lockReceivables(connection, { ids: [customer_id, ...accounts, ...bills], environments: [environment_id] }),
  ])
  return new Map(
    [...customer, ...account, ...bill].flatMap((row) => {
      const receivable = receivables.get(row.id)
      return receivable ? [[row.id, { row: withReceivable(row, receivable), receivable }] as const] : []
    }),
  )
}

/** A set-off changes the version of a bill, and of the others nothing but the balance. */
async function lockRows<Kind extends ReceivableKind>(
  connection: Connection,
  environment_id: number,
  kind: Kind,
  ids: readonly Id[],
): Promise<Rows[Kind][]> {
  const [first] = ids
  if (first === undefined) return []
  const { rows } = await connection.query<Rows[Kind]>({
    name: `lock-${kind}s-to-set-off`,
    text: `${objectSelect[kind]} where e.environment_id = $1 and e.id = any ($2::uuid[]) and e.bucket = $3
      order by e.id ${kind === 'bill' ? 'for no key update of e' : 'for share of e'}`,
    values: [environment_id, uuidArray([...ids]), bucketOf(first)],
  })
  return rows
}

/** The balances of a customer and its accounts that are in credit, in every currency or in one. */
export async function listCredits(
  database: Queryable,
  environment_id: number,
  customer_id: Id,
  currency?: string,
): Promise<Credit[]> {
  const { rows } = await database.query<Credit>({
    name: 'list-credits',
    text: `select id, kind, currency, balance from receivable
      where environment_id = $1 and customer_id = $2 and bucket = $3 and status is null and balance < 0
        and ($4::text is null or currency = $4)`,
    values: [environment_id, customer_id, bucketOf(customer_id), currency ?? null],
  })
  return rows
}

/**
 * Enters a set-off between two parties and returns it with its events: one for each side, of which the first has the id of the set-off and the
 * other that of its ledger transaction, and `bill.paid` for a bill that it closes.
 */
export function setOff(
  context: SetOffContext,
  journal: Journal,
  { from, to, amount, id }: { from: SetOffParty; to: SetOffParty; amount: bigint; id?: Id | undefined },
): { entered: EnteredSetOff; events: NewEvent[] } {
  const { request_id, actor, now } = context
  const sides = { from: from.receivable, to: to.receivable, amount, id }
  const entered = enterSetOff(journal, sides, { request_id, actor }, now)
  for (const party of [from, to]) party.row = withReceivable(party.row, party.receivable)
  if (to.row.kind === 'bill') to.row = { ...to.row, version: to.row.version + 1n, updated_at: now }
  const { taken, given, transaction_id } = entered
  const events = [
    adjusted(context, from.row, { id: entered.id, move: given }, entered),
    adjusted(context, to.row, { id: transaction_id, move: taken }, entered),
  ]
  const { row } = to
  if (row.kind === 'bill' && row.status === 'paid') events.push(objectEvent(context, bills, 'bill.paid', row))
  return { entered, events }
}

function adjusted(
  context: SetOffContext,
  row: Rows[ReceivableKind],
  told: { id: Id; move: EnteredSetOff['given'] },
  { id, effective_at }: EnteredSetOff,
): NewEvent {
  const field = adjustmentField({ id, amount: told.move.amount, cause: { kind: 'credit' }, effective_at })
  switch (row.kind) {
    case 'customer':
      return objectEvent(context, customers, 'customer.balance_adjusted', row, told, field)
    case 'account':
      return objectEvent(context, accounts, 'account.balance_adjusted', row, told, field)
    case 'bill':
      return objectEvent(context, bills, 'bill.balance_adjusted', row, told, field)
  }
}

/** Writes the versions of the bills among the parties of set-offs. */
export async function writeBillVersions(
  connection: Connection,
  { environment, now }: SetOffContext,
  parties: Iterable<SetOffParty>,
): Promise<void> {
  const changed = [...parties].flatMap(({ row }) => (row.kind === 'bill' ? [row] : []))
  const [first] = changed
  if (first === undefined) return
  await connection.query({
    name: 'write-bill-versions',
    text: `update bill set version = moved.version, updated_at = $5
      from (select unnest($2::uuid[]) as id, unnest($3::bigint[]) as version) as moved
      where bill.environment_id = $1 and bill.id = moved.id and bill.bucket = $4`,
    values: [
      environment.id,
      uuidArray(changed.map(({ id }) => id)),
      bigintArray(changed.map(({ version }) => version)),
      first.bucket,
      now,
    ],
  })
}
