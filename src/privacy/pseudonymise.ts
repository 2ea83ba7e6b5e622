import { renderProblem } from '../api/problems.ts'
import { recordChanges } from '../audit/record.ts'
import { accounts } from '../billing/account/resource.ts'
import { bills } from '../billing/bill/resource.ts'
import { customers } from '../billing/customer/resource.ts'
import { objectEvent } from '../billing/object/event.ts'
import type { ChangeView } from '../billing/object/operations.ts'
import { type CustomerRow, findOrThrow, objectSelect, type Rows } from '../billing/object/rows.ts'
import { bucketOfValue } from '../core/bucket.ts'
import { bucketOf, formatId, type Id } from '../core/id/id.ts'
import { Problem } from '../core/problem.ts'
import { randomSecret } from '../core/secret.ts'
import { integerArray, textArray, uuidArray } from '../database/arrays.ts'
import { type Connection, isSpread } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import { type NewEvent, writeEvents } from '../events/outbox.ts'
import type { ReceivableKind } from '../ledger/receivable.ts'
import { blankCheckouts } from './checkouts.ts'
import { eraseEvents, leaveEvents } from './erase-events.ts'
import { eraseAnswersToNotices } from './notices.ts'
import { blankUnidentified, listUnidentified } from './unidentified.ts'

const replaceReferencesSql = loadSql(import.meta.url, './sql/replace-references.sql')
const pseudonymiseAccountsSql = loadSql(import.meta.url, './sql/pseudonymise-accounts.sql')
const pseudonymiseBillsSql = loadSql(import.meta.url, './sql/pseudonymise-bills.sql')
const pseudonymiseReceiptsSql = loadSql(import.meta.url, './sql/pseudonymise-receipts.sql')
const deleteReceiptMessagesSql = loadSql(import.meta.url, './sql/delete-receipt-messages.sql')
const eraseAuditDetailsSql = loadSql(import.meta.url, './sql/erase-audit-details.sql')
const eraseResponsesSql = loadSql(import.meta.url, './sql/erase-responses.sql')

type NamedObject = { kind: ReceivableKind; id: Id; external_reference: string; replacement: string }

/**
 * Erases who a customer is, and keeps what was owed and paid.
 *
 * Erased: name, e-mail, phone and metadata; the external references of the customer, its accounts and its bills, each
 * replaced by a random one, so that the old ones can no longer be found; what its bills are and were for; metadata, method and
 * what the bank said of its payments, and of money that was assigned to it; who paid and what for on its receipts, and where these were sent; what its payment requests and sessions say; the
 * personal part of its events, what its changes in the audit trail left otherwise and where they came from, the responses of receivers to them, and the stored responses that mention it.
 *
 * Kept: amounts, dates, ids, the reasons of corrections, and the references of payments. They are the accounts, which
 * the law requires to be kept, and the reference is what makes a recorded payment happen exactly once, permanently. The locale stays too: it names nobody.
 */
export async function pseudonymise(
  connection: Connection,
  view: ChangeView,
  idOrReference: string,
): Promise<CustomerRow> {
  const { environment, now } = view.context
  // The balance is not locked yet: corrections lock a payment before it, and the payments are changed here.
  const row = await findOrThrow(connection, environment.id, 'customer', idOrReference, { lock: 'update' })
  const named = await lockNamed(connection, row)
  const unidentified = await listUnidentified(connection, row)
  const changed: CustomerRow = {
    ...row,
    external_reference: named[0].replacement,
    name: null,
    email: null,
    phone: null,
    metadata: {},
    pseudonymised_at: now,
    version: row.version + 1n,
    updated_at: now,
  }
  await Promise.all([
    replaceReferences(connection, environment.id, named),
    blankCustomer(connection, changed),
    blankChildren(connection, view, row, 'account', named),
    blankChildren(connection, view, row, 'bill', named),
    blankPayments(connection, view, row),
    blankUnidentified(connection, view, row, unidentified),
    blankReceipts(connection, row),
    blankEarlierParticulars(connection, row, named),
    replaceReferencesOfBalances(connection, row, named),
    ...(isSpread(connection) ? [] : [eraseEvents(connection, row)]),
    eraseAuditDetails(connection, environment.id, named),
    // Behind it: from where an erasure came is kept.
    recordChanges(
      connection,
      named.map(({ kind, id }) => ({
        context: view.context,
        change: { action: 'pseudonymised', object_kind: kind, object_id: id },
      })),
    ),
    eraseAnswersToNotices(connection, row),
    eraseResponses(connection, view, row, named, unidentified),
  ])
  // After the events of before were erased.
  const told = [
    ...(await blankCheckouts(connection, view.context, row)),
    ...(await tellErasure(connection, view, changed)),
  ]
  await writeEvents(connection, told)
  if (isSpread(connection)) {
    await leaveEvents(
      connection,
      row,
      told.map(({ id }) => id),
    )
  }
  return changed
}

async function eraseAuditDetails(
  connection: Connection,
  environmentId: number,
  named: readonly NamedObject[],
): Promise<void> {
  const ids = named.map(({ id }) => id)
  const buckets = [...new Set(ids.map(bucketOf))]
  await connection.query({
    ...eraseAuditDetailsSql,
    values: [uuidArray(ids), integerArray(buckets), environmentId],
  })
}

/** What tells who was erased: the customer and, since their references are others now, its accounts and bills. */
async function tellErasure(
  connection: Connection,
  { context }: ChangeView,
  customer: CustomerRow,
): Promise<NewEvent[]> {
  const [ofAccounts, ofBills] = await Promise.all([
    childrenOf(connection, 'account', customer),
    childrenOf(connection, 'bill', customer),
  ])
  return [
    objectEvent(context, customers, 'customer.pseudonymised', customer),
    ...ofAccounts.map((row) => objectEvent(context, accounts, 'account.updated', row)),
    ...ofBills.map((row) => objectEvent(context, bills, 'bill.updated', row)),
  ]
}

async function childrenOf<Kind extends 'account' | 'bill'>(
  connection: Connection,
  kind: Kind,
  { environment_id, id, bucket }: CustomerRow,
): Promise<Rows[Kind][]> {
  const { rows } = await connection.query<Rows[Kind]>({
    name: `${kind}s-of-pseudonymised`,
    text: `${objectSelect[kind]} where e.environment_id = $1 and e.customer_id = $2 and e.bucket = $3 order by e.id`,
    values: [environment_id, id, bucket],
  })
  return rows
}

/** The customer, then its accounts and bills, locked, with the new reference of each. */
async function lockNamed(connection: Connection, row: CustomerRow): Promise<[NamedObject, ...NamedObject[]]> {
  const children = async (kind: 'account' | 'bill') => {
    const { rows } = await connection.query<{ id: Id; external_reference: string }>({
      name: `lock-${kind}s-of-customer`,
      text: `select id, external_reference from ${kind} where environment_id = $1 and customer_id = $2 and bucket = $3
        order by id for no key update`,
      values: [row.environment_id, row.id, row.bucket],
    })
    return rows.map((child) => ({ ...child, kind, replacement: newReference() }))
  }
  const customer = { kind: 'customer' as const, id: row.id, external_reference: row.external_reference }
  const [accounts, bills] = await Promise.all([children('account'), children('bill')])
  return [{ ...customer, replacement: newReference() }, ...accounts, ...bills]
}

function newReference(): string {
  return `erased_${randomSecret(16)}`
}

async function replaceReferences(connection: Connection, environmentId: number, named: NamedObject[]): Promise<void> {
  await connection.query({
    ...replaceReferencesSql,
    values: [
      environmentId,
      textArray(named.map(({ kind }) => kind)),
      uuidArray(named.map(({ id }) => id)),
      textArray(named.map(({ external_reference }) => external_reference)),
      integerArray(named.map(({ external_reference }) => bucketOfValue(external_reference))),
      textArray(named.map(({ replacement }) => replacement)),
      integerArray(named.map(({ replacement }) => bucketOfValue(replacement))),
    ],
  })
}

async function blankCustomer(connection: Connection, row: CustomerRow): Promise<void> {
  await connection.query({
    name: 'pseudonymise-customer',
    text: `update customer set external_reference = $4, name = null, email = null, phone = null, metadata = '{}',
        pseudonymised_at = $5, version = $6, updated_at = $5
      where environment_id = $1 and id = $2 and bucket = $3`,
    values: [row.environment_id, row.id, row.bucket, row.external_reference, row.pseudonymised_at, row.version],
  })
}

async function blankChildren(
  connection: Connection,
  { context: { now } }: ChangeView,
  { environment_id, bucket }: CustomerRow,
  kind: 'account' | 'bill',
  named: NamedObject[],
): Promise<void> {
  const children = named.filter((child) => child.kind === kind)
  await connection.query({
    ...(kind === 'account' ? pseudonymiseAccountsSql : pseudonymiseBillsSql),
    values: [
      environment_id,
      bucket,
      now,
      uuidArray(children.map(({ id }) => id)),
      textArray(children.map(({ replacement }) => replacement)),
    ],
  })
}

async function blankEarlierParticulars(
  connection: Connection,
  { environment_id, bucket }: CustomerRow,
  named: NamedObject[],
): Promise<void> {
  await connection.query({
    name: 'blank-earlier-particulars',
    text: `update earlier_particulars set description = null, lines = null, document_url = null
      where environment_id = $1 and bucket = $2 and bill_id = any ($3::uuid[])`,
    values: [environment_id, bucket, uuidArray(named.filter(({ kind }) => kind === 'bill').map(({ id }) => id))],
  })
}

/** Balances are locked after the payments, as everywhere else. */
async function replaceReferencesOfBalances(
  connection: Connection,
  { environment_id, bucket }: CustomerRow,
  named: NamedObject[],
): Promise<void> {
  await connection.query({
    name: 'rename-receivables',
    text: `update receivable as r set external_reference = named.reference
      from unnest($3::uuid[], $4::text[]) as named (id, reference)
      where r.environment_id = $1 and r.bucket = $2 and r.id = named.id`,
    values: [
      environment_id,
      bucket,
      uuidArray(named.map(({ id }) => id)),
      textArray(named.map(({ replacement }) => replacement)),
    ],
  })
}

async function blankPayments(
  connection: Connection,
  { context: { now } }: ChangeView,
  row: CustomerRow,
): Promise<void> {
  await connection.query({
    name: 'pseudonymise-payments',
    // One that has not succeeded is changed in any case: money that arrives for it meanwhile waits, and its receipt says no name.
    text: `update payment set metadata = '{}', method_details = null, details = null, version = version + 1, updated_at = $4
      where environment_id = $1 and customer_id = $2 and bucket = $3
        and (metadata::text <> '{}' or method_details is not null or details is not null or status <> 'succeeded'
          or captured_amount + voided_amount < authorised_amount)`,
    values: [row.environment_id, row.id, row.bucket, now],
  })
  await connection.query({
    name: 'pseudonymise-captures',
    text: `update capture as k set metadata = '{}' from payment as p
      where p.environment_id = $1 and p.customer_id = $2 and p.bucket = $3
        and k.environment_id = p.environment_id and k.payment_id = p.id and k.bucket = p.bucket and k.metadata::text <> '{}'`,
    values: [row.environment_id, row.id, row.bucket],
  })
}

/** After the payments, whose receipts are written with their money. Addresses that receipts were or are sent to go altogether. */
async function blankReceipts(connection: Connection, row: CustomerRow): Promise<void> {
  const values = [row.environment_id, row.id, row.bucket]
  await Promise.all([
    connection.query({ ...pseudonymiseReceiptsSql, values }),
    connection.query({ ...deleteReceiptMessagesSql, values }),
  ])
}

/** Replaces the stored responses of idempotency keys by a refusal that says so. */
async function eraseResponses(
  connection: Connection,
  { app }: ChangeView,
  row: CustomerRow,
  named: NamedObject[],
  unidentified: Id[],
): Promise<void> {
  const erased = new Problem(
    'response_erased',
    'The request with this key was carried out; its response has since been erased.',
  )
  const { status, body } = renderProblem(erased, app, '/')
  const ids = [formatId('customer', row.id), ...unidentified.map((id) => formatId('payment', id))]
  const references = textArray(named.map(({ external_reference }) => external_reference))
  await connection.query({
    ...eraseResponsesSql,
    values: [row.environment_id, textArray(ids), references, status, body],
  })
}
