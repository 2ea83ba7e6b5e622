import { accounts } from '../billing/account/resource.ts'
import { renderEarlier } from '../billing/bill/earlier.ts'
import { bills } from '../billing/bill/resource.ts'
import type { EarlierParticulars } from '../billing/bill/store.ts'
import { customers } from '../billing/customer/resource.ts'
import { renderEntry } from '../billing/history/render.ts'
import type { EntryRow } from '../billing/history/store.ts'
import type { View } from '../billing/object/resource.ts'
import { type AccountRow, type BillRow, type CustomerRow, objectSelect } from '../billing/object/rows.ts'
import { renderObligation } from '../billing/obligation/render.ts'
import { formatId, type Id } from '../core/id/id.ts'
import { parseJson } from '../core/json-reader.ts'
import type { Pool } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import { wholeBody } from '../events/personal.ts'
import { type CheckoutRow, renderRequest, renderSession } from '../ledger/checkouts/checkout.ts'
import { type Application, applicationSelect } from '../ledger/corrections/application.ts'
import { type DisputeRow, disputeSelect } from '../ledger/corrections/dispute-row.ts'
import { type RefundRow, refundSelect } from '../ledger/corrections/refund-row.ts'
import { type NoticeRow, noticeColumns, renderNotice } from '../ledger/notices/notice.ts'
import { ownerField, type ReceivableKind } from '../ledger/receivable.ts'
import { renderDispute } from '../payments/dispute/render.ts'
import { renderReceipt } from '../payments/receipt/render.ts'
import type { StoredReceipt } from '../payments/receipt/store.ts'
import { renderBillingPayment, renderListedPayment } from '../payments/recorded/render.ts'
import { findPayment, type PaymentRow, paymentSelect } from '../payments/recorded/store.ts'
import { renderRefund } from '../payments/refund/render.ts'
import { firstUnidentified } from './unidentified.ts'

// Rows per read. A whole customer is never held in memory, and no connection is held while a slow client reads. The
// same number is written in the statement of the entries.
const pageRows = 500
const lowestId: Id = '00000000-0000-0000-0000-000000000000'

const exportEntriesSql = loadSql(import.meta.url, './sql/export-entries.sql')
const exportEventsSql = loadSql(import.meta.url, './sql/export-events.sql')

type EarlierOfBill = EarlierParticulars & { bill_id: Id }
// Under the customer of its bill.
const earlierSelect = `select * from (
    select earlier.*, bill.customer_id from earlier_particulars as earlier
    join bill on bill.id = earlier.bill_id and bill.bucket = earlier.bucket) as e`

type ReceiptRow = Pick<StoredReceipt, 'payment_id' | 'facts' | 'personal'> & { id: Id }
// Under the customer of its payment.
const receiptSelect = `select e.id, e.id as payment_id, e.facts, e.personal from (
    select payment.id, payment.bucket, payment.environment_id, payment.customer_id, receipt.facts, receipt.personal
    from payment join receipt on receipt.payment_id = payment.id and receipt.bucket = payment.bucket) as e`

const noticeSelect = `select e.* from (select ${noticeColumns} from transfer_notice as n) as e`

type Pages<Item> = AsyncGenerator<Item[]>

/**
 * Everything that is stored about a customer, with what was told of it, as one JSON object, in pieces. Each list is read as it is when it is
 * reached; money that arrives meanwhile may be in one and not in another.
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
    accounts: shown(rowsOf<AccountRow>(pool, customer, 'accounts', objectSelect.account), (row) =>
      accounts.render(view, row),
    ),
    bills: shown(rowsOf<BillRow>(pool, customer, 'bills', objectSelect.bill), (row) => bills.render(view, row)),
    earlier_particulars: shown(rowsOf<EarlierOfBill>(pool, customer, 'earlier-particulars', earlierSelect), (row) => ({
      bill_id: formatId('bill', row.bill_id),
      ...renderEarlier(row),
    })),
    payments: shown(rowsOf<PaymentRow>(pool, customer, 'payments', paymentSelect), (row) => {
      const { obligations: _, ...payment } = renderBillingPayment(environment, row, [])
      return payment
    }),
    unidentified_payments: unidentifiedOf(pool, view, customer),
    receipts: shown(rowsOf<ReceiptRow>(pool, customer, 'receipts', receiptSelect), renderReceipt),
    refunds: shown(rowsOf<RefundRow>(pool, customer, 'refunds', refundSelect), (row) => renderRefund(environment, row)),
    disputes: shown(rowsOf<DisputeRow>(pool, customer, 'disputes', disputeSelect), (row) =>
      renderDispute(environment, row),
    ),
    obligations: shown(rowsOf<Application>(pool, customer, 'obligations', applicationSelect), (row) =>
      renderObligation(environment, row),
    ),
    payment_requests: shown(checkoutsOf(pool, customer, 'request'), (row) =>
      renderRequest(environment, row, view.context.now),
    ),
    payment_sessions: shown(checkoutsOf(pool, customer, 'session'), (row) =>
      renderSession(environment, row, view.context.now),
    ),
    transfer_notices: shown(rowsOf<NoticeRow>(pool, customer, 'transfer-notices', noticeSelect), (row) =>
      renderNotice(environment, row, view.context.now),
    ),
    entries: shown(entriesOf(pool, customer), (row) => ({
      ...ownerField({ id: row.receivable_id, kind: row.receivable_kind }),
      ...renderEntry(row),
    })),
    events: shown(eventsOf(pool, customer), (row) => parseJson(wholeBody(row))),
  }
}

async function* shown<Row>(pages: Pages<Row>, render: (row: Row) => unknown): Pages<unknown> {
  for await (const rows of pages) yield rows.map(render)
}

/** What belongs to a customer, in pages by id, oldest first. `select` calls its table `e`. */
async function* rowsOf<Row extends { id: Id }>(
  pool: Pool,
  customer: CustomerRow,
  what: string,
  select: string,
): Pages<Row> {
  for (let after: Id | undefined = lowestId; after !== undefined; ) {
    const { rows }: { rows: Row[] } = await pool.query<Row>({
      name: `export-${what}`,
      text: `${select} where e.environment_id = $1 and e.customer_id = $2 and e.bucket = $3 and e.id > $4
        order by e.id limit ${pageRows}`,
      values: [customer.environment_id, customer.id, customer.bucket, after],
    })
    yield rows
    after = rows.length < pageRows ? undefined : rows.at(-1)?.id
  }
}

/** What was recorded of money before it was known to be the customer's. */
async function* unidentifiedOf(pool: Pool, { context: { environment } }: View, customer: CustomerRow): Pages<unknown> {
  for await (const rows of rowsOf<PaymentRow>(pool, customer, 'assigned-payments', paymentSelect)) {
    // What went on to others whole is theirs, and so is what the bank said of it.
    const theirs = rows.filter(({ amount, transferred_amount }) => amount > transferred_amount)
    const came = theirs.flatMap(({ transferred_from }) => transferred_from ?? [])
    const ids = await firstUnidentified(pool, environment.id, came)
    const found = await Promise.all(ids.map((id) => findPayment(pool, environment.id, id)))
    yield found.flatMap((row) => (row ? renderListedPayment(environment, row) : []))
  }
}

/** The requests or the sessions of a customer. */
function checkoutsOf(pool: Pool, customer: CustomerRow, kind: CheckoutRow['kind']): Pages<CheckoutRow> {
  const select = `select e.* from (select * from checkout where kind = '${kind}') as e`
  return rowsOf<CheckoutRow>(pool, customer, `payment-${kind}s`, select)
}

type ReceivableRow = { id: Id; kind: ReceivableKind }
type OwnedEntry = EntryRow & { receivable_id: Id; receivable_kind: ReceivableKind }

/** The entries of each balance in their order, read along the index of the ledger. */
async function* entriesOf(pool: Pool, customer: CustomerRow): Pages<OwnedEntry> {
  const select = 'select e.id, e.kind from receivable as e'
  for await (const receivables of rowsOf<ReceivableRow>(pool, customer, 'receivables', select)) {
    const ids = receivables.map(({ id }) => id)
    for (let after: { id: Id; version: bigint } | undefined = { id: lowestId, version: 0n }; after !== undefined; ) {
      const { rows }: { rows: OwnedEntry[] } = await pool.query<OwnedEntry>({
        ...exportEntriesSql,
        values: [customer.environment_id, ids, customer.bucket, after.id, after.version],
      })
      yield rows
      const last = rows.at(-1)
      after = rows.length < pageRows || !last ? undefined : { id: last.receivable_id, version: last.version }
    }
  }
}

type EventRow = { id: Id; subject_id: Id; body: string; personal: string | null }

/** What was told of a customer, and is kept: names and addresses of earlier are in it. By what it is about. */
async function* eventsOf(pool: Pool, customer: CustomerRow): Pages<EventRow> {
  yield* eventsAbout(pool, customer, [customer.id])
  for (const kind of ['account', 'bill', 'payment', 'application', 'dispute', 'checkout', 'transfer_notice']) {
    const subjects = rowsOf<{ id: Id }>(pool, customer, `ids-of-${kind}s`, `select e.id from ${kind} as e`)
    for await (const rows of subjects) {
      yield* eventsAbout(
        pool,
        customer,
        rows.map(({ id }) => id),
      )
    }
  }
}

async function* eventsAbout(pool: Pool, customer: CustomerRow, ids: Id[]): Pages<EventRow> {
  for (let after: Pick<EventRow, 'id' | 'subject_id'> | undefined = { id: lowestId, subject_id: lowestId }; after; ) {
    const { rows }: { rows: EventRow[] } = await pool.query<EventRow>({
      ...exportEventsSql,
      values: [customer.environment_id, ids, customer.bucket, after.subject_id, after.id],
    })
    yield rows
    after = rows.length < pageRows ? undefined : rows.at(-1)
  }
}
