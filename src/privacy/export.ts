import { accounts } from '../billing/account/resource.ts'
import { bills } from '../billing/bill/resource.ts'
import { customers } from '../billing/customer/resource.ts'
import { renderEntry } from '../billing/history/render.ts'
import type { EntryRow } from '../billing/history/store.ts'
import type { View } from '../billing/object/resource.ts'
import { type AccountRow, type BillRow, type CustomerRow, objectSelect } from '../billing/object/rows.ts'
import { renderObligation } from '../billing/obligation/render.ts'
import type { Id } from '../core/id/id.ts'
import type { Pool } from '../database/pool.ts'
import type { Application } from '../ledger/corrections/application.ts'
import { ownerField, type ReceivableKind } from '../ledger/receivable.ts'
import { renderBillingPayment } from '../payments/recorded/render.ts'
import { type PaymentRow, paymentSelect } from '../payments/recorded/store.ts'

// Rows of one read. The whole of a customer never stands in memory, and no connection is held while a slow client reads.
const pageRows = 500
const lowestId: Id = '00000000-0000-0000-0000-000000000000'

type Pages<Item> = AsyncGenerator<Item[]>

/**
 * Everything that is kept of a customer, as one JSON object, in pieces. Each list is read as it is when it is reached; money
 * that arrives meanwhile may be in one and not in another.
 */
export async function* exportCustomer(pool: Pool, view: View, customer: CustomerRow): AsyncGenerator<string> {
  const opening = { exported_at: view.context.now.toISOString(), customer: customers.render(view, customer) }
  yield JSON.stringify(opening).slice(0, -1)
  for (const [name, pages] of Object.entries(partsOf(pool, view, customer))) {
    yield `,"${name}":[`
    let separator = ''
    for await (const items of pages) {
      if (items.length === 0) continue
      yield separator + items.map((item) => JSON.stringify(item)).join(',')
      separator = ','
    }
    yield ']'
  }
  yield '}'
}

function partsOf(pool: Pool, view: View, customer: CustomerRow): Record<string, Pages<unknown>> {
  const { environment } = view.context
  return {
    accounts: shown(rowsOf<AccountRow>(pool, customer, objectSelect.account), (row) => accounts.render(view, row)),
    bills: shown(rowsOf<BillRow>(pool, customer, objectSelect.bill), (row) => bills.render(view, row)),
    payments: shown(rowsOf<PaymentRow>(pool, customer, paymentSelect), (row) => {
      const { obligations: _, ...payment } = renderBillingPayment(environment, row, [])
      return payment
    }),
    obligations: shown(rowsOf<Application>(pool, customer, 'select e.* from application as e'), (row) =>
      renderObligation(environment, row),
    ),
    entries: shown(entriesOf(pool, customer), (row) => ({
      ...ownerField({ id: row.receivable_id, kind: row.receivable_kind }),
      ...renderEntry(row),
    })),
  }
}

async function* shown<Row>(pages: Pages<Row>, render: (row: Row) => unknown): Pages<unknown> {
  for await (const rows of pages) yield rows.map(render)
}

/** What belongs to a customer, in pages by id, oldest first. `select` calls its table `e`. */
async function* rowsOf<Row extends { id: Id }>(pool: Pool, customer: CustomerRow, select: string): Pages<Row> {
  for (let after: Id | undefined = lowestId; after !== undefined; ) {
    const { rows }: { rows: Row[] } = await pool.query<Row>(
      `${select} where e.environment_id = $1 and e.customer_id = $2 and e.bucket = $3 and e.id > $4
       order by e.id limit ${pageRows}`,
      [customer.environment_id, customer.id, customer.bucket, after],
    )
    yield rows
    after = rows.length < pageRows ? undefined : rows.at(-1)?.id
  }
}

type ReceivableRow = { id: Id; kind: ReceivableKind }
type OwnedEntry = EntryRow & { receivable_id: Id; receivable_kind: ReceivableKind }

/** The entries of each balance in their order, read along the index of the ledger. */
async function* entriesOf(pool: Pool, customer: CustomerRow): Pages<OwnedEntry> {
  const select = 'select e.id, e.kind from receivable as e'
  for await (const receivables of rowsOf<ReceivableRow>(pool, customer, select)) {
    const ids = receivables.map(({ id }) => id)
    for (let after: { id: Id; version: bigint } | undefined = { id: lowestId, version: 0n }; after !== undefined; ) {
      const { rows }: { rows: OwnedEntry[] } = await pool.query<OwnedEntry>(
        `select l.id, l.receivable_id, r.kind as receivable_kind, l.transaction_id, t.kind, t.reason, t.label, t.reference, l.currency, l.amount,
           l.balance_after, l.version, t.effective_at, t.recorded_at, t.request_id, t.actor, t.source_id
         from ledger_entry as l
         join ledger_transaction as t on t.id = l.transaction_id and t.bucket = l.bucket
         join receivable as r on r.id = l.receivable_id and r.bucket = l.bucket
         where l.environment_id = $1 and l.receivable_id = any ($2) and l.bucket = $3
           and (l.receivable_id, l.version) > ($4, $5)
         order by l.receivable_id, l.version limit ${pageRows}`,
        [customer.environment_id, ids, customer.bucket, after.id, after.version],
      )
      yield rows
      const last = rows.at(-1)
      after = rows.length < pageRows || !last ? undefined : { id: last.receivable_id, version: last.version }
    }
  }
}
