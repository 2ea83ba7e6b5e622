import type { z } from 'zod'
import * as data from './data.ts'
import * as paymentSamples from './payment-samples.ts'
import { type PersonalFields, personalFields } from './personal.ts'
import * as samples from './samples.ts'

/**
 * An event: the sentence that the reference shows, the schema of its `data`, which of its fields are personal, which may be
 * left out, and a sample.
 */
export type EventDefinition<Data extends z.ZodObject = z.ZodObject> = {
  summary: string
  data: Data
  /**
   * The fields of `data` that the merchant chose and that may identify a person. They are stored apart, so that they
   * can be erased while the rest never changes. A dot names a nested field: `applied_to.external_reference`.
   */
  personal: PersonalFields
  /** The fields of `data` that are left out of a body that is too long, in this order. The API shows each at its object. */
  omittable: readonly string[]
  sample: z.input<Data>
}

type FieldsOfEvent = Pick<EventDefinition, 'personal' | 'omittable'>

const define = <Data extends z.ZodObject>(
  summary: string,
  data: Data,
  { personal, omittable }: FieldsOfEvent,
  sample: z.input<Data>,
): EventDefinition<Data> => ({ summary, data, personal, omittable, sample })

const fields = (personal: string[], omittable: string[]): FieldsOfEvent => ({
  personal: personalFields(personal),
  omittable,
})

// Metadata is left out last: receivers find their own objects by it.
const ofApplication = fields(['metadata', 'applied_to.external_reference'], ['explanation', 'metadata'])
const ofPayment = fields(['metadata', 'payment_method_details'], ['explanation', 'metadata'])
const ofCapture = fields(['metadata', 'payment_method_details', 'capture_metadata'], ['capture_metadata', 'metadata'])
const ofVoid = fields(['metadata', 'payment_method_details', 'void_metadata'], ['void_metadata', 'metadata'])
const ofRequest = fields(['external_reference', 'description', 'push', 'metadata'], ['metadata'])
const ofSession = fields(['external_reference', 'metadata'], ['return_url', 'metadata'])
const ofCustomer = fields(['external_reference', 'name', 'email', 'phone', 'metadata'], ['metadata'])
const ofAccount = fields(['external_reference', 'name', 'metadata'], ['metadata'])
const ofBill = fields(['external_reference', 'metadata', 'description', 'lines', 'document_url'], ['lines', 'metadata'])
const ofNotice = fields([], ['debts'])
const ofArchive = fields(['external_reference'], [])

/** Every event. A published type keeps its meaning. */
export const events = {
  'obligation.amount_applied': define(
    'Money from a payment was applied to a customer, an account or a bill.',
    data.amountApplied,
    ofApplication,
    samples.amountAppliedSample,
  ),
  'obligation.amount_reversed': define(
    'An application was reversed, in whole or in part.',
    data.amountReversed,
    ofApplication,
    samples.amountReversedSample,
  ),
  'payment.succeeded': define(
    'A payment that was made on the hosted page has succeeded; one that is captured by hand was authorised, which is no money yet. A recorded payment is told by what it is applied to.',
    data.paymentSucceeded,
    ofPayment,
    paymentSamples.paymentSucceededSample,
  ),
  'payment.captured': define(
    'Money of an authorised payment was captured, in whole or in part. What it is applied to is told besides.',
    data.paymentCaptured,
    ofCapture,
    paymentSamples.paymentCapturedSample,
  ),
  'payment.voided': define(
    'What was left of an authorised payment was let go of: by a call, or when it expired, or since its processor captures only once.',
    data.paymentVoided,
    ofVoid,
    paymentSamples.paymentVoidedSample,
  ),
  'payment.amount_unapplied': define(
    'A payment arrived, or money of a refund or a dispute came back, and some or all of it matches nothing that is owed; that part stays unapplied.',
    data.amountUnapplied,
    ofPayment,
    samples.amountUnappliedSample,
  ),
  'payment.reversed': define(
    'A payment was reversed, in whole or in part: one event for each reversal, with all that it took, also of the payments that its money had become.',
    data.paymentReversed,
    fields([], ['obligations', 'transferred']),
    paymentSamples.paymentReversedSample,
  ),
  'payment.transferred': define(
    'Money of a payment went on to another customer, as another payment. What that is applied to is told as for every payment.',
    data.paymentTransferred,
    fields([], ['obligations']),
    paymentSamples.paymentTransferredSample,
  ),
  'payment.refunded': define(
    'A refund succeeded: its money has been sent. What it took of balances is told when it is sent.',
    data.paymentRefunded,
    fields([], ['obligations']),
    paymentSamples.paymentRefundedSample,
  ),
  'payment.refund_failed': define(
    'A refund failed and its money is back: applied again to what is still owed of what it was taken from, otherwise unapplied.',
    data.refundFailed,
    fields([], ['obligations']),
    paymentSamples.refundFailedSample,
  ),
  'dispute.created': define(
    "A payer's bank disputes a payment, or warns that it may. What the processor took is told by `payment.reversed`.",
    data.disputeChanged,
    fields([], []),
    paymentSamples.disputeCreatedSample,
  ),
  'dispute.updated': define(
    'A dispute went on: another status, another date to respond by, or its money was taken.',
    data.disputeChanged,
    fields([], []),
    paymentSamples.disputeUpdatedSample,
  ),
  'dispute.closed': define(
    'A dispute ended. Of one that was won after its money was taken the money is back: applied again to what is still owed of what it was taken from, otherwise unapplied.',
    data.disputeClosed,
    fields([], ['transferred']),
    paymentSamples.disputeClosedSample,
  ),
  'customer.created': define(
    'A customer was created.',
    data.customerChanged,
    ofCustomer,
    samples.customerCreatedSample,
  ),
  'customer.updated': define(
    'Fields of a customer were changed, or its balance was set.',
    data.customerChanged,
    ofCustomer,
    samples.customerUpdatedSample,
  ),
  'customer.balance_adjusted': define(
    'The balance of a customer was adjusted.',
    data.customerAdjusted,
    ofCustomer,
    samples.customerAdjustedSample,
  ),
  'customer.archived': define(
    'A customer was archived.',
    data.customerArchive,
    ofArchive,
    samples.customerArchivedSample,
  ),
  'customer.unarchived': define(
    'A customer was unarchived: by a call, or because something of it is owed or held again.',
    data.customerArchive,
    ofArchive,
    samples.customerUnarchivedSample,
  ),
  'customer.pseudonymised': define(
    'It was erased who a customer is. Its accounts and bills are told by `account.updated` and `bill.updated`.',
    data.customerChanged,
    ofCustomer,
    samples.customerPseudonymisedSample,
  ),
  'account.created': define('An account was created.', data.accountChanged, ofAccount, samples.accountCreatedSample),
  'account.updated': define(
    'Fields of an account were changed, or its balance was set.',
    data.accountChanged,
    ofAccount,
    samples.accountUpdatedSample,
  ),
  'account.balance_adjusted': define(
    'The balance of an account was adjusted.',
    data.accountAdjusted,
    ofAccount,
    samples.accountAdjustedSample,
  ),
  'account.archived': define('An account was archived.', data.accountArchive, ofArchive, samples.accountArchivedSample),
  'account.unarchived': define(
    'An account was unarchived: by a call, or because something of it is owed or held again.',
    data.accountArchive,
    ofArchive,
    samples.accountUnarchivedSample,
  ),
  'bill.created': define('A bill was raised.', data.billChanged, ofBill, samples.billCreatedSample),
  'bill.updated': define(
    'Fields of a bill were changed, or its amount_paid was set by hand.',
    data.billChanged,
    ofBill,
    samples.billUpdatedSample,
  ),
  'bill.balance_adjusted': define(
    'A bill was adjusted: a fee, a credit note, a discount or another adjustment.',
    data.billAdjusted,
    ofBill,
    samples.billAdjustedSample,
  ),
  'bill.written_off': define(
    'Some or all of what remained of a bill was written off.',
    data.billAdjusted,
    ofBill,
    samples.billWrittenOffSample,
  ),
  'bill.paid': define(
    'Money or set-off credit closed a bill, or it was set as paid by hand. It moves no balance: that is told by the event of the money.',
    data.billTold,
    ofBill,
    samples.billPaidSample,
  ),
  'bill.overdue': define(
    'The day that an unpaid bill was due on has ended where the merchant is. Told once for each due date, and moves no balance.',
    data.billTold,
    ofBill,
    samples.billOverdueSample,
  ),
  'bill.voided': define('A bill was voided.', data.billChanged, ofBill, samples.billVoidedSample),
  'bill.archived': define('A bill was archived.', data.billArchive, ofArchive, samples.billArchivedSample),
  'bill.unarchived': define(
    'A bill was unarchived: by a call, or because something of it is owed again.',
    data.billArchive,
    ofArchive,
    samples.billUnarchivedSample,
  ),
  'payment.attempt_failed': define(
    'An attempt to pay did not succeed. Whoever tried may try again.',
    data.attemptFailed,
    ofPayment,
    paymentSamples.attemptFailedSample,
  ),
  'payment.failed': define(
    'The last attempt to pay a request or a session had failed when that ended: no other follows.',
    data.attemptFailed,
    ofPayment,
    paymentSamples.attemptFailedSample,
  ),
  'payment_request.created': define(
    'A payment request was created.',
    data.paymentRequestChanged,
    ofRequest,
    paymentSamples.requestCreatedSample,
  ),
  'payment_request.updated': define(
    'Fields of a payment request were changed, or it was cancelled, has expired or has failed.',
    data.paymentRequestChanged,
    ofRequest,
    paymentSamples.requestUpdatedSample,
  ),
  'payment_request.paid': define(
    'A payment request was paid.',
    data.paymentRequestChanged,
    ofRequest,
    paymentSamples.requestPaidSample,
  ),
  'payment_session.created': define(
    'A payment session was created.',
    data.paymentSessionChanged,
    ofSession,
    paymentSamples.sessionCreatedSample,
  ),
  'payment_session.updated': define(
    'An attempt to pay a session began or failed, or the session was cancelled or has expired.',
    data.paymentSessionChanged,
    ofSession,
    paymentSamples.sessionUpdatedSample,
  ),
  'payment_session.completed': define(
    'A payment session was paid.',
    data.paymentSessionChanged,
    ofSession,
    paymentSamples.sessionCompletedSample,
  ),
  'settlement.created': define(
    'A processor has made a settlement: a payout to the bank of the merchant, with its amount.',
    data.settlementCreated,
    fields([], []),
    paymentSamples.settlementCreatedSample,
  ),
  'transfer_notice.announced': define(
    'A payer says that a bank transfer was sent. No money has arrived, and no balance has moved.',
    data.transferNoticeChanged,
    ofNotice,
    paymentSamples.noticeAnnouncedSample,
  ),
  'transfer_notice.settled': define(
    'A payment was recorded with the code of a transfer notice, and has ended it.',
    data.transferNoticeChanged,
    ofNotice,
    paymentSamples.noticeSettledSample,
  ),
  'receipt.requested': define(
    'A payer asked at a receipt to be sent it. It is told where the setting receipt_requests is on and the server sends no e-mail itself.',
    data.receiptRequested,
    fields(['email'], []),
    paymentSamples.receiptRequestedSample,
  ),
  'webhook_endpoint.paused': define(
    'A webhook endpoint takes nothing and was paused: its deliveries wait until it is enabled.',
    data.endpointPaused,
    fields([], []),
    samples.endpointPausedSample,
  ),
} as const

export type EventType = keyof typeof events

/** What `data` of a type of event holds. */
export type DataOf<Type extends EventType> = z.input<(typeof events)[Type]['data']>

/** Every type, in the order of the registry. */
export const eventTypes = Object.keys(events) as [EventType, ...EventType[]]

/** What stands for all types that tell of one kind of object, those added later included: `bill.*`. */
export const eventPrefixes = [...new Set(eventTypes.map((type) => `${type.slice(0, type.indexOf('.'))}.*`))]
