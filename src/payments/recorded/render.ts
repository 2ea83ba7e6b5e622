import type { z } from 'zod'
import type { RequestEnvironment } from '../../context.ts'
import { formatInstant } from '../../core/clock.ts'
import { encode } from '../../core/id/base62.ts'
import { formatId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { AppliedPayment } from '../../ledger/payments/command.ts'
import { ownerField } from '../../ledger/receivable.ts'
import { arrivedOf } from '../../ledger/store.ts'
import type { billingPayment, collectPayment, listedPayment } from './schema.ts'
import type { PaymentObligationRow, PaymentRow } from './store.ts'

type Environment = Pick<RequestEnvironment, 'mode'>

/** A payment in the documented shape of `GET /collect/payments/{id}`. */
export function renderCollectPayment(environment: Environment, row: PaymentRow): z.input<typeof collectPayment> {
  const arrived = arrivedOf(row)
  return {
    id: formatId('payment', row.id),
    reconciliation_reference: encode(row.id),
    status: row.status,
    intent: 'payment',
    amount: toNumber(row.amount),
    currency: row.currency,
    ...checkoutOf(row),
    capture_method: row.capture_method ?? 'automatic',
    ...(row.status === 'succeeded' && { paid_amount: toNumber(arrived) }),
    ...authorisationOf(row),
    reversed: row.reversed_amount > 0n && row.reversed_amount === arrived,
    partially_reversed: row.reversed_amount > 0n && row.reversed_amount < arrived,
    refunded: row.refunded_amount > 0n && row.refunded_amount === arrived,
    partially_refunded: row.refunded_amount > 0n && row.refunded_amount < arrived,
    ...(row.method_details !== null && { payment_method_details: row.method_details }),
    ...(row.last_payment_error !== null && { last_payment_error: row.last_payment_error }),
    ...(Object.keys(row.metadata).length > 0 && { metadata: row.metadata }),
    mode: environment.mode,
    created_at: formatInstant(row.created_at),
    updated_at: formatInstant(row.updated_at),
  }
}

function authorisationOf({ authorised_amount, voided_amount, claimed_amount, authorised_until }: PaymentRow) {
  if (authorised_amount === null || authorised_until === null) return {}
  return {
    authorised_amount: toNumber(authorised_amount),
    voided_amount: toNumber(voided_amount ?? 0n),
    ...(claimed_amount !== null && claimed_amount > 0n && { unconfirmed_amount: toNumber(claimed_amount) }),
    authorization_expires_at: formatInstant(authorised_until),
  }
}

function checkoutOf({ checkout_id, checkout_kind, checkout_reference }: PaymentRow) {
  if (checkout_id === null || checkout_kind === null) return {}
  const id = formatId(`payment_${checkout_kind}`, checkout_id)
  return {
    ...(checkout_kind === 'request' ? { payment_request_id: id } : { payment_session_id: id }),
    ...(checkout_reference !== null && { external_reference: checkout_reference }),
  }
}

/** The same object with what Billing adds in a list: where the money came from, and how much of it is applied. */
export function renderListedPayment(environment: Environment, row: PaymentRow): z.input<typeof listedPayment> {
  return {
    ...renderCollectPayment(environment, row),
    ...(row.customer_id !== null && { customer_id: formatId('customer', row.customer_id) }),
    channel: row.channel,
    ...(row.reference !== null && { reference: row.reference }),
    ...(row.received_at !== null && { received_at: formatInstant(row.received_at) }),
    ...(row.details !== null && { details: row.details }),
    ...(row.replaces !== null && { replaces: formatId('payment', row.replaces) }),
    applied_amount: toNumber(row.applied_amount),
    unapplied_amount: toNumber(row.unapplied_amount),
    reversed_amount: toNumber(row.reversed_amount),
    refunded_amount: toNumber(row.refunded_amount),
    direct_amount: toNumber(row.direct_amount),
    suspense_amount: toNumber(row.suspense_amount),
    transferred_amount: toNumber(row.transferred_amount),
    ...(row.transferred_from !== null && { transferred_from: formatId('payment', row.transferred_from) }),
  }
}

/** A single payment in Billing: with the explanation and its obligations. */
export function renderBillingPayment(
  environment: Environment,
  row: PaymentRow,
  obligations: PaymentObligationRow[],
): z.input<typeof billingPayment> {
  return {
    ...renderListedPayment(environment, row),
    ...(row.explanation !== null && { explanation: row.explanation }),
    obligations: obligations.map((obligation) => ({
      id: formatId('obligation', obligation.id),
      amount: toNumber(obligation.amount),
      amount_reversed: toNumber(obligation.reversed_amount),
      ...ownerField({ id: obligation.receivable_id, kind: obligation.kind }),
    })),
  }
}

/** What is known of a payment once its processor has settled it. */
export function renderSettled({
  fee,
  net,
}: {
  fee: bigint
  net: bigint
}): Pick<z.input<typeof billingPayment>, 'fee' | 'net'> {
  return { fee: toNumber(fee), net: toNumber(net) }
}

const paidAtOnce = {
  capture_method: null,
  authorised_amount: null,
  captured_amount: null,
  voided_amount: null,
  claimed_amount: null,
  authorised_until: null,
}

/** A payment right after it was recorded, before its row can be read: rendered inside the batch's transaction. */
export function renderApplied(environment: Environment, applied: AppliedPayment): z.input<typeof billingPayment> {
  const { payment, claim } = applied.command
  const checkout = applied.announced?.checkout
  return renderBillingPayment(
    environment,
    {
      ...payment,
      bucket: 0,
      environment_id: 0,
      customer_id: applied.customer_id,
      status: 'succeeded',
      reference: claim.kind === 'session' ? null : claim.reference,
      replaces: claim.kind === 'replace' ? claim.replaces : null,
      applied_amount: applied.applied_amount,
      unapplied_amount: applied.unapplied_amount,
      reversed_amount: 0n,
      refunded_amount: 0n,
      direct_amount: applied.direct_amount,
      suspense_amount: applied.suspense_amount,
      transferred_amount: 0n,
      transferred_from: null,
      ...paidAtOnce,
      checkout_id: checkout?.id ?? null,
      checkout_kind: checkout?.kind ?? null,
      checkout_reference: checkout?.external_reference ?? null,
      details: payment.details ?? null,
      explanation: applied.explanation,
      method_details: null,
      last_payment_error: null,
      version: 1n,
      created_at: applied.recorded_at,
      updated_at: applied.recorded_at,
    },
    applied.lines.slice(0, 100).map((line) => ({ ...line, id: line.obligation_id, reversed_amount: 0n })),
  )
}
