import type { RequestContext } from '../../context.ts'
import { bucketOf, type Id } from '../../core/id/id.ts'
import { bigintArray, uuidArray } from '../../database/arrays.ts'
import type { Connection, Queryable } from '../../database/pool.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import type { Credit } from '../../ledger/set-off.ts'
import { lockReceivables } from '../../ledger/store.ts'
import { withReceivable } from '../object/lock.ts'
import { objectSelect, type Rows } from '../object/rows.ts'
import type { SetOffParty } from './enter-set-off.ts'

type Ids = { customer_id: Id; accounts?: readonly Id[]; bills?: readonly Id[] }

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

/** Writes the versions of the bills among the parties of set-offs. */
export async function writeBillVersions(
  connection: Connection,
  { environment, now }: Pick<RequestContext, 'environment' | 'now'>,
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
