import { accounts } from '../billing/account/resource.ts'
import { bills } from '../billing/bill/resource.ts'
import { customers } from '../billing/customer/resource.ts'
import type { View } from '../billing/object/resource.ts'
import { objectSelect, type Rows } from '../billing/object/rows.ts'
import type { RequestContext } from '../context.ts'
import { bucketOf, type Id } from '../core/id/id.ts'
import { integerArray, uuidArray } from '../database/arrays.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import { type CheckoutRow, checkoutColumns, renderRequest } from '../ledger/checkouts/checkout.ts'
import type { ReceivableKind } from '../ledger/receivable.ts'
import { renderBillingPayment, renderSettled } from '../payments/recorded/render.ts'
import { type PaymentObligationRow, type PaymentRow, paymentSelect } from '../payments/recorded/store.ts'
import { sumLinesOfPayments } from '../payments/settlement/store.ts'
import type { Found } from './hit.ts'
import type { FoundKind, SearchResult } from './schema.ts'

const obligationsSql = loadSql(import.meta.url, './sql/obligations-of-payments.sql')
const shownObligationsMax = 100

type Shown = SearchResult['object']

/** What was found as it is shown, in its order. What is not in this environment is left out. */
export async function readObjects(
  database: Queryable,
  context: RequestContext,
  found: readonly Found[],
): Promise<SearchResult[]> {
  const shown = new Map<FoundKind, Map<Id, Shown>>()
  for (const [kind, of] of Map.groupBy(found, ({ kind }) => kind)) {
    const ids = of.map(({ id }) => id)
    shown.set(kind, await readKind(database, context, kind, ids))
  }
  return found.flatMap(({ kind, id, matched }) => {
    const object = shown.get(kind)?.get(id)
    return object ? [{ kind, object, matched } as SearchResult] : []
  })
}

async function readKind(
  database: Queryable,
  context: RequestContext,
  kind: FoundKind,
  ids: readonly Id[],
): Promise<Map<Id, Shown>> {
  // Without the address of the server no link is shown: what is found may be pasted anywhere.
  const view: View = { context }
  const { environment, now } = context
  const read = <Kind extends ReceivableKind>(of: Kind) =>
    readRows<Rows[Kind]>(database, environment.id, of, objectSelect[of], ids)
  switch (kind) {
    case 'customer':
      return new Map((await read(kind)).map((row) => [row.id, customers.render(view, row)]))
    case 'account':
      return new Map((await read(kind)).map((row) => [row.id, accounts.render(view, row)]))
    case 'bill':
      return new Map((await read(kind)).map((row) => [row.id, bills.render(view, row)]))
    case 'payment':
      return readPayments(database, context, ids)
    case 'payment_request': {
      const select = `select e.* from (select ${checkoutColumns} from checkout as c where c.kind = 'request') as e`
      const rows = await readRows<CheckoutRow>(database, environment.id, kind, select, ids)
      return new Map(rows.map((row) => [row.id, renderRequest(environment, row, now)]))
    }
  }
}

/** The rows of some ids of one environment; `select` calls its table `e`. */
async function readRows<Row>(
  database: Queryable,
  environmentId: number,
  kind: FoundKind,
  select: string,
  ids: readonly Id[],
): Promise<Row[]> {
  const { rows } = await database.query({
    name: `found-${kind}s`,
    text: `${select} where e.environment_id = $1 and e.id = any ($2::uuid[]) and e.bucket = any ($3::integer[])`,
    values: [environmentId, uuidArray(ids), integerArray(ids.map(bucketOf))],
  })
  return rows as Row[]
}

async function readPayments(
  database: Queryable,
  { environment }: RequestContext,
  ids: readonly Id[],
): Promise<Map<Id, Shown>> {
  const rows = await readRows<PaymentRow>(database, environment.id, 'payment', paymentSelect, ids)
  const { rows: applied } = await database.query<PaymentObligationRow & { payment_id: Id }>({
    ...obligationsSql,
    values: [environment.id, uuidArray(ids), integerArray(ids.map(bucketOf)), shownObligationsMax],
  })
  const obligations = Map.groupBy(applied, ({ payment_id }) => payment_id)
  const settled = await sumLinesOfPayments(database, environment.id, ids)
  return new Map(
    rows.map((row) => {
      const sums = settled.get(row.id)
      const body = renderBillingPayment(environment, row, obligations.get(row.id) ?? [])
      return [row.id, { ...body, ...(sums && renderSettled(sums)) }]
    }),
  )
}
