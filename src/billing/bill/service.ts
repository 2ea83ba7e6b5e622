import { recordChange } from '../../audit/record.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import { dateIn, laterOf, startOfDate } from '../../core/clock.ts'
import { type Id, newId } from '../../core/id/id.ts'
import { changeRules, type PaymentRuleOverrides } from '../../core/payment-rules.ts'
import { fieldProblem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { writeEvents } from '../../events/outbox.ts'
import { openReceivable } from '../../ledger/adjust.ts'
import { readBooks } from '../../ledger/books.ts'
import { Journal } from '../../ledger/journal.ts'
import { createAccountUnder, customerOf } from '../account/service.ts'
import { auditedDifference } from '../object/audited.ts'
import { newRow } from '../object/balance.ts'
import { isUnchanged } from '../object/changed.ts'
import { objectEvent } from '../object/event.ts'
import { lockObject, withReceivable } from '../object/lock.ts'
import { mergeMetadata } from '../object/metadata.ts'
import { parentOf } from '../object/parent.ts'
import type { AccountRow, BillRow, CustomerRow } from '../object/rows.ts'
import { refuseVoided, setAmountPaid } from './balance.ts'
import type { SetOffParty } from './enter-set-off.ts'
import { changeParticulars, keepEarlier, newParticulars } from './particulars.ts'
import { claimBillReference, readReissued } from './reissue.ts'
import { bills } from './resource.ts'
import type { CreateBill, NewAccount, UpdateBill } from './schema.ts'
import { writeBillVersions } from './set-off.ts'
import { insertBill, updateBillRow } from './store.ts'
import { useCreditFor } from './use-credit.ts'

/**
 * Raises a bill on a customer or an account, either of which may be created in the same request: all or nothing. One that reissues
 * a voided bill takes over its reference. Where the setting says so, credit of the customer is set off against it at once. Throws
 * `not_found`, `archived`, `customer_mismatch`, `external_reference_taken`, `currency_required`, `invalid_dates`,
 * `invalid_lines`, `url_not_allowed` or `invalid_payment_rules`.
 */
export async function createBill(
  connection: Connection,
  app: Pick<AppContext, 'checkWebhookUrl'>,
  context: RequestContext,
  input: CreateBill,
): Promise<BillRow> {
  const dates = datesOf(context, input)
  const particulars = newParticulars(app, input, BigInt(input.amount_due))
  const owner = await ownerOf(connection, context, input)
  const id = newId(owner.bucket, context.now.getTime())
  const row: BillRow = {
    kind: 'bill',
    ...newRow(id, context),
    customer_id: owner.customer_id,
    account_id: owner.account_id,
    external_reference: input.external_reference,
    currency: input.currency,
    amount_due: BigInt(input.amount_due),
    amount_adjusted: 0n,
    amount_written_off: 0n,
    ...dates,
    ...particulars,
    reissue_of: input.reissue_of === undefined ? null : readReissued(input.reissue_of),
    payment_rules: changeRules(
      [context.environment.payment_rules, owner.customer_rules, owner.account_rules ?? {}],
      {},
      input.payment_rules,
    ),
    customer_rules: owner.customer_rules,
    account_rules: owner.account_rules,
    metadata: input.metadata ?? {},
    balance: 0n,
    status: 'unpaid',
  }
  const journal = new Journal(context.now)
  const { request_id, actor, now } = context
  const effective_at = await countsSince(connection, context, input, row)
  const cause = { request_id, actor, effective_at }
  const { receivable, entered } = openReceivable(journal, row, row.amount_due, cause, now)
  const raised = withReceivable(row, receivable)
  await claimBillReference(connection, row)
  const party: SetOffParty<BillRow> = { row: raised, receivable }
  const used = await useCreditFor(connection, context, journal, party)
  await Promise.all([
    insertBill(connection, row),
    recordChange(connection, context, { action: 'created', object_kind: 'bill', object_id: id }),
    journal.write(connection),
    writeEvents(connection, [objectEvent(context, bills, 'bill.created', raised, entered), ...used]),
    used.length > 0 && writeBillVersions(connection, context, [party]),
  ])
  return party.row
}

/**
 * When a new bill counts from: its date, or now where that is earlier. Throws `period_closed` for a date that the caller has sent; where the
 * date is only that on which it was due, the bill counts from the first instant of the open books.
 */
async function countsSince(
  connection: Connection,
  { environment, now }: RequestContext,
  input: Pick<CreateBill, 'bill_date'>,
  { bill_date }: Pick<BillRow, 'bill_date'>,
): Promise<Date> {
  const since = startOfDate(environment.time_zone, bill_date)
  if (since >= now) return now
  const books = await readBooks(connection, [environment.id])
  if (input.bill_date !== undefined) books.refuseClosed(environment.id, since, '/bill_date')
  return laterOf(since, books.openFrom(environment.id) ?? since)
}

/** The dates of a new bill. One that is due earlier than today and has no date of its own is of the day on which it is due. */
function datesOf({ environment, now }: RequestContext, { bill_date, due_date }: CreateBill) {
  if (bill_date !== undefined && due_date !== undefined && due_date < bill_date) {
    throw fieldProblem('invalid_dates', '/due_date', `It is earlier than the bill_date, ${bill_date}.`)
  }
  const today = dateIn(environment.time_zone, now)
  const implied = due_date !== undefined && due_date < today ? due_date : today
  return { bill_date: bill_date ?? implied, due_date: due_date ?? null }
}

/** The customer and account that a bill is for, and the rules that it inherits. */
type BillOwner = {
  bucket: number
  customer_id: Id
  customer_rules: PaymentRuleOverrides
  account_id: Id | null
  account_rules: PaymentRuleOverrides | null
}

async function ownerOf(connection: Connection, context: RequestContext, input: CreateBill): Promise<BillOwner> {
  const customer =
    input.customer === undefined ? undefined : await customerOf(connection, context, input.customer, '/customer')
  if (input.account === undefined) {
    const { id, bucket, payment_rules } = required(customer, 'the schema requires a customer or an account')
    return { bucket, customer_id: id, customer_rules: payment_rules, account_id: null, account_rules: null }
  }
  const account =
    typeof input.account === 'string'
      ? await parentOf(connection, context, 'account', input.account, '/account')
      : await newAccountOf(connection, context, input.account, customer)
  if (customer && customer.id !== account.customer_id) {
    throw fieldProblem('customer_mismatch', '/customer', 'The account belongs to another customer.')
  }
  const { id, bucket, customer_id, customer_rules, payment_rules } = account
  return { bucket, customer_id, customer_rules, account_id: id, account_rules: payment_rules }
}

/** A new account belongs to the customer that it names, else to the bill's. */
async function newAccountOf(
  connection: Connection,
  context: RequestContext,
  input: NewAccount,
  customer: CustomerRow | undefined,
): Promise<AccountRow> {
  const owner =
    input.customer === undefined
      ? required(customer, 'the schema requires a customer for a new account')
      : await customerOf(connection, context, input.customer, '/account/customer')
  return createAccountUnder(connection, context, owner, input, '/account')
}

/**
 * Changes the fields that were sent, and emits `bill.updated` if anything has changed. `amount_paid` is the total: the difference
 * is entered as an adjustment. Throws `archived`, `bill_voided`, `precondition_failed`, `currency_fixed`, `bill_paid`, `invalid_dates`,
 * `invalid_lines`, `url_not_allowed`, `amount_exceeds_remaining`, `amount_paid_below_applied`, `metadata_too_large` or `invalid_payment_rules`.
 */
export async function updateBill(
  connection: Connection,
  app: Pick<AppContext, 'checkWebhookUrl' | 'vault'>,
  context: RequestContext,
  idOrReference: string,
  patch: UpdateBill,
  ifMatch: string | undefined,
): Promise<BillRow> {
  const held = await lockObject(connection, context.environment.id, 'bill', idOrReference, { ifMatch })
  const { row } = held
  const receivable = required(held.receivable, 'every bill has a receivable')
  refuseVoided(row)
  if (patch.currency !== undefined && patch.currency !== row.currency) {
    throw fieldProblem('currency_fixed', '/currency', `The bill was raised in ${row.currency}.`)
  }
  const inherited = [context.environment.payment_rules, row.customer_rules, row.account_rules ?? {}]
  const changed: BillRow = {
    ...row,
    payment_rules: changeRules(inherited, row.payment_rules, patch.payment_rules),
    metadata: mergeMetadata(row.metadata, patch.metadata),
    ...changeParticulars(app, row, patch),
    version: row.version + 1n,
    updated_at: context.now,
  }
  const entered =
    patch.amount_paid === undefined
      ? undefined
      : await setAmountPaid(connection, context, { row, receivable }, BigInt(patch.amount_paid))
  const moved = withReceivable(changed, receivable)
  if (isUnchanged(row, moved)) return row
  await updateBillRow(connection, changed)
  await keepEarlier(connection, context, row, changed)
  const difference = auditedDifference(app, row, changed)
  await recordChange(connection, context, { action: 'updated', object_kind: 'bill', object_id: row.id, ...difference })
  const closed = entered !== undefined && moved.status === 'paid'
  await writeEvents(connection, [
    objectEvent(context, bills, 'bill.updated', moved, entered),
    ...(closed ? [objectEvent(context, bills, 'bill.paid', moved)] : []),
  ])
  return moved
}
