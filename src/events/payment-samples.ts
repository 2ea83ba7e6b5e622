import type { z } from 'zod'
import type * as data from './data.ts'

// Samples of the events of payments, payment requests and payment sessions. The reference shows them.

export const requestCreatedSample: z.input<typeof data.paymentRequestChanged> = {
  id: 'pr_0352VzrQ4cUQb1kTtqPkQ2',
  type: 'link',
  status: 'active',
  amount: 1000,
  currency: 'ZAR',
  account_id: 'bacc_0352VzoZ7IrtbRQm0gYupN',
  external_reference: 'INV-2026-001',
  description: 'Electricity for November',
  expires_at: '2026-11-24T10:05:41.118Z',
  link: { checkout_session_id: 'chk_0352VzrQ4cUQb1kTtqPkQ2' },
  metadata: { order_id: 'ord_789012' },
  mode: 'test',
  created_at: '2026-11-23T10:05:41.118Z',
  updated_at: '2026-11-23T10:05:41.118Z',
  object_version: 1,
}

export const requestUpdatedSample: z.input<typeof data.paymentRequestChanged> = {
  ...requestCreatedSample,
  description: 'Electricity for November, with thanks',
  updated_at: '2026-11-23T11:20:03.402Z',
  object_version: 2,
}

export const requestPaidSample: z.input<typeof data.paymentRequestChanged> = {
  ...requestUpdatedSample,
  status: 'paid',
  payment_id: 'pay_0352Vzp8fwfUh4H7qRDzn7',
  updated_at: '2026-11-23T12:40:55.749Z',
  object_version: 3,
}

export const sessionCreatedSample: z.input<typeof data.paymentSessionChanged> = {
  id: 'ps_0352VzrR7LrLw1zyhq3IYs',
  type: 'one_time',
  amount: 5000,
  currency: 'ZAR',
  status: 'active',
  payment_outcome: 'not_started',
  payment_status: 'unpaid',
  checkout_session_id: 'chk_0352VzrR7LrLw1zyhq3IYs',
  return_url: 'https://shop.example.com/thank-you',
  external_reference: 'ORDER-2331120',
  expires_at: '2026-11-24T10:05:41.118Z',
  metadata: { order_id: 'ord_2331120' },
  mode: 'test',
  created_at: '2026-11-23T10:05:41.118Z',
  updated_at: '2026-11-23T10:05:41.118Z',
  object_version: 1,
}

export const sessionUpdatedSample: z.input<typeof data.paymentSessionChanged> = {
  ...sessionCreatedSample,
  payment_outcome: 'pending',
  payment_status: 'pending',
  last_payment_error: {
    error_code: 'card_declined',
    decline_code: 'insufficient_funds',
    message: 'The card was declined due to insufficient funds.',
    timestamp: '2026-11-23T10:07:12.006Z',
  },
  updated_at: '2026-11-23T10:07:12.006Z',
  object_version: 3,
}

export const sessionCompletedSample: z.input<typeof data.paymentSessionChanged> = {
  ...sessionCreatedSample,
  status: 'completed',
  payment_outcome: 'paid',
  payment_status: 'paid',
  payment_id: 'pay_0352VzrRp2WVuvjMTjzNDN',
  updated_at: '2026-11-23T10:08:40.730Z',
  object_version: 5,
}

export const attemptFailedSample: z.input<typeof data.attemptFailed> = {
  id: 'pay_0352VzrRg7Xf1H4H7qRDzn',
  status: 'failed',
  payment_session_id: 'ps_0352VzrR7LrLw1zyhq3IYs',
  amount: 5000,
  currency: 'ZAR',
  payment_method_details: { type: 'card', card: { type: 'CREDIT', scheme: 'VISA', bin: '400000', last4: '9995' } },
  last_payment_error: {
    error_code: 'card_declined',
    decline_code: 'insufficient_funds',
    message: 'The card was declined due to insufficient funds.',
    timestamp: '2026-11-23T10:07:12.006Z',
  },
  metadata: { order_id: 'ord_2331120' },
  mode: 'test',
  created_at: '2026-11-23T10:06:02.118Z',
  updated_at: '2026-11-23T10:07:12.006Z',
  object_version: 3,
}

export const paymentSucceededSample: z.input<typeof data.paymentSucceeded> = {
  id: 'pay_0352Vzp8fwfUh4H7qRDzn7',
  status: 'succeeded',
  customer_id: 'bcus_0352VzoOgxZLjFwDxIdH3R',
  channel: 'card',
  amount: 2500,
  currency: 'ZAR',
  applied_amount: 2250,
  unapplied_amount: 250,
  direct_amount: 0,
  payment_method_details: { type: 'card', card: { type: 'CREDIT', scheme: 'VISA', bin: '424242', last4: '4242' } },
  metadata: {},
  mode: 'test',
  received_at: '2026-11-23T10:05:55.602Z',
  created_at: '2026-11-23T10:05:41.118Z',
  updated_at: '2026-11-23T10:05:55.749Z',
  object_version: 3,
}

export const paymentCapturedSample: z.input<typeof data.paymentCaptured> = {
  id: 'pay_0352VzrRp2WVuvjMTjzNDN',
  status: 'succeeded',
  customer_id: 'bcus_0352VzoOgxZLjFwDxIdH3R',
  payment_session_id: 'ps_0352VzrR7LrLw1zyhq3IYs',
  channel: 'card',
  amount: 5000,
  currency: 'ZAR',
  capture_method: 'manual',
  authorised_amount: 5000,
  paid_amount: 3000,
  voided_amount: 0,
  authorization_expires_at: '2026-11-30T10:08:40.730Z',
  applied_amount: 3000,
  unapplied_amount: 0,
  direct_amount: 0,
  payment_method_details: { type: 'card', card: { type: 'CREDIT', scheme: 'VISA', bin: '424242', last4: '4242' } },
  metadata: { order_id: 'ord_2331120' },
  mode: 'test',
  received_at: '2026-11-24T07:30:12.118Z',
  created_at: '2026-11-23T10:08:12.118Z',
  updated_at: '2026-11-24T07:30:12.118Z',
  object_version: 5,
  capture: {
    id: 'cap_0352W0bQ4cUQb1kTtqPkQ2',
    amount: 3000,
    created_at: '2026-11-24T07:30:11.902Z',
  },
  capture_metadata: { parcel: '1 of 2' },
}

const { capture: _, capture_metadata: __, ...capturedPayment } = paymentCapturedSample

export const paymentVoidedSample: z.input<typeof data.paymentVoided> = {
  ...capturedPayment,
  voided_amount: 2000,
  updated_at: '2026-11-25T09:00:40.730Z',
  object_version: 7,
  void: {
    id: 'cap_0352W0bR7LrLw1zyhq3IYs',
    amount: 2000,
    created_at: '2026-11-25T09:00:40.511Z',
    reason: 'requested',
  },
}

export const paymentReversedSample: z.input<typeof data.paymentReversed> = {
  id: 'rev_0352VzpJ4mQdZJwUq1vN0r',
  payment_id: 'pay_0352Vzp8fwfUh4H7qRDzn7',
  customer_id: 'bcus_0352VzoOgxZLjFwDxIdH3R',
  currency: 'ZAR',
  amount: 400,
  unapplied_amount: 250,
  reason: 'Returned by the bank',
  obligations: [{ id: 'ob_0352Vzp8z2WVuvjMTjzNDN', amount: 150 }],
  created_at: '2026-11-23T10:05:55.913Z',
  object_version: 2,
}

export const paymentTransferredSample: z.input<typeof data.paymentTransferred> = {
  payment_id: 'pay_0352Vzp8fwfUh4H7qRDzn7',
  customer_id: 'bcus_0352VzoOgxZLjFwDxIdH3R',
  transferred_to: 'pay_0352W0cJ2mYt8QnR4sVb6k',
  receiver_id: 'bcus_0352VzoQ1nLw7TzKpXc5dH',
  currency: 'ZAR',
  amount: 400,
  unapplied_amount: 250,
  reason: 'Posted to the neighbour by mistake',
  obligations: [{ id: 'ob_0352Vzp8z2WVuvjMTjzNDN', amount: 150 }],
  created_at: '2026-11-24T09:31:07.442Z',
  object_version: 2,
}

export const paymentRefundedSample: z.input<typeof data.paymentRefunded> = {
  id: 're_0352W0aN5kWuT3yBq6Zx1c',
  payment_id: 'pay_0352Vzp8fwfUh4H7qRDzn7',
  customer_id: 'bcus_0352VzoOgxZLjFwDxIdH3R',
  method: 'processor',
  currency: 'ZAR',
  amount: 400,
  unapplied_amount: 250,
  direct_amount: 0,
  reason: 'Paid twice',
  obligations: [{ id: 'ob_0352Vzp8z2WVuvjMTjzNDN', amount: 150 }],
  refunded_at: '2026-11-24T08:12:04.331Z',
  created_at: '2026-11-24T08:12:04.331Z',
  updated_at: '2026-11-24T08:12:05.002Z',
  object_version: 2,
}

export const refundFailedSample: z.input<typeof data.refundFailed> = {
  ...paymentRefundedSample,
  failure: { code: 'account_closed', message: 'The account has been closed.' },
  updated_at: '2026-11-26T14:40:51.730Z',
}

export const settlementCreatedSample: z.input<typeof data.settlementCreated> = {
  id: 'stl_0352W1bQ7nTq2KxVw9Yd4m',
  processor: 'stripe',
  reference: 'po_1SXkPq2eZvKYlo2CqN3bQ7aL',
  status: 'pending',
  currency: 'ZAR',
  amount: 242250,
  arrives_at: '2026-11-26T00:00:00.000Z',
  mode: 'live',
  created_at: '2026-11-25T06:00:11.402Z',
  updated_at: '2026-11-25T06:00:11.402Z',
  object_version: 1,
}

export const disputeCreatedSample: z.input<typeof data.disputeChanged> = {
  id: 'dis_0352W3kPz8WVuvjMTjzNDN',
  payment_id: 'pay_0352Vzp8fwfUh4H7qRDzn7',
  customer_id: 'bcus_0352VzoOgxZLjFwDxIdH3R',
  processor: 'stripe',
  processor_reference: 'du_1T2x3Y4z5A6b7C8d',
  amount: 2500,
  currency: 'ZAR',
  reason: 'fraudulent',
  status: 'needs_response',
  respond_by: '2026-12-09T23:59:59.000Z',
  reversal_id: 'rev_0352W3kPy4mQdZJwUq1vN0',
  created_at: '2026-11-27T09:14:22.480Z',
  updated_at: '2026-11-27T09:14:22.480Z',
  object_version: 1,
}

export const disputeUpdatedSample: z.input<typeof data.disputeChanged> = {
  ...disputeCreatedSample,
  status: 'under_review',
  updated_at: '2026-12-02T11:31:08.102Z',
  object_version: 2,
}

export const disputeClosedSample: z.input<typeof data.disputeClosed> = {
  ...disputeUpdatedSample,
  status: 'won',
  reinstated_at: '2027-01-14T06:02:45.915Z',
  closed_at: '2027-01-14T06:02:45.915Z',
  updated_at: '2027-01-14T06:02:45.915Z',
  object_version: 3,
}

export const receiptRequestedSample: z.input<typeof data.receiptRequested> = {
  payment_id: 'pay_0352Vzp8fwfUh4H7qRDzn7',
  email: 'thandi@example.com',
  mode: 'test',
  created_at: '2026-11-23T10:06:30.118Z',
}

export const noticeAnnouncedSample: z.input<typeof data.transferNoticeChanged> = {
  id: 'tn_0352VzrT5n0gK2yHq8WbCf',
  code: 'PX7K9Q2MXR4E',
  status: 'announced',
  customer_id: 'bcus_0352VzoZ7IrtbRQm0gYupN',
  amount: 12_500,
  currency: 'ZAR',
  debts: [{ bill_id: 'bill_0352VzoZ8Tj2wYc0rZb3aS', amount: 12_500 }],
  announced_at: '2026-11-23T10:05:41.118Z',
  expires_at: '2026-12-23T10:05:41.118Z',
  mode: 'test',
  created_at: '2026-11-23T10:04:07.250Z',
  updated_at: '2026-11-23T10:05:41.118Z',
  object_version: 2,
}

export const noticeSettledSample: z.input<typeof data.transferNoticeChanged> = {
  ...noticeAnnouncedSample,
  status: 'settled',
  settled_by: 'pay_0352Vzp8fwfUh4H7qRDzn7',
  settled_at: '2026-11-25T06:30:00.000Z',
  updated_at: '2026-11-25T06:30:00.000Z',
  object_version: 3,
}
