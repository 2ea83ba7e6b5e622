import type { z } from 'zod'
import { formatId, type Id } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { toldPaymentRequest, toldPaymentSession } from '../../shapes/checkout.ts'
import { ownerField, type ReceivableKind } from '../receivable.ts'

/** Where the money of a checkout is applied. */
export type CheckoutTarget = { kind: ReceivableKind; id: Id; customer_id: Id }

export type CheckoutStatus = 'active' | 'paid' | 'expired' | 'cancelled' | 'failed'

/** A payment request or a payment session, as it is stored. */
export type CheckoutRow = {
  id: Id
  bucket: number
  environment_id: number
  kind: 'request' | 'session'
  type: 'link' | 'push' | 'one_time'
  status: CheckoutStatus
  customer_id: Id | null
  target_kind: ReceivableKind | null
  target_id: Id | null
  currency: string
  amount: bigint
  external_reference: string | null
  description: string | null
  return_url: string | null
  phone: string | null
  /** `manual`: what its payer pays is authorised, and captured later. Of sessions only. */
  capture_method: 'automatic' | 'manual'
  metadata: Record<string, string>
  /** The attempt that was begun last. */
  attempt_id: Id | null
  last_payment_error: { error_code: string; decline_code?: string; message: string; timestamp?: string } | null
  payment_id: Id | null
  version: bigint
  expires_at: Date | null
  cancelled_at: Date | null
  created_at: Date
  updated_at: Date
}

/** The columns of a checkout, of the table `c`. */
export const checkoutColumns = `c.id, c.bucket, c.environment_id, c.kind, c.type, c.status, c.customer_id, c.target_kind,
  c.target_id, c.currency, c.amount, c.external_reference, c.description, c.return_url, c.phone, c.capture_method, c.metadata, c.attempt_id,
  c.last_payment_error, c.payment_id, c.version, c.expires_at, c.cancelled_at, c.created_at, c.updated_at`

/** Where its money goes; `undefined` when that is nothing of Billing. */
export function targetOf({
  target_kind,
  target_id,
  customer_id,
}: Pick<CheckoutRow, 'target_kind' | 'target_id' | 'customer_id'>): CheckoutTarget | undefined {
  if (target_kind === null || target_id === null || customer_id === null) return undefined
  return { kind: target_kind, id: target_id, customer_id }
}

/** The status at an instant: an active one ends at its `expires_at`, whether or not a job has come by. */
export function statusAt({ status, expires_at }: CheckoutRow, now: Date): CheckoutStatus {
  return status === 'active' && expires_at !== null && expires_at <= now ? 'expired' : status
}

/** How the money of a request or session is spread over its target: like that of a recorded payment that names the same. */
export function policyFor({ kind, id }: CheckoutTarget) {
  const scope = kind === 'customer' ? { customer: id } : kind === 'account' ? { account: id } : { receivables: [id] }
  return { kind: 'policy', policy: 'due_date_first', scope } as const
}

type Mode = { mode: 'test' | 'live' }

/** A payment request in the shape of its events; a cancelled one is `expired`, which is all that the API knows. */
export function renderRequest({ mode }: Mode, row: CheckoutRow, now: Date): z.input<typeof toldPaymentRequest> {
  const status = statusAt(row, now)
  return {
    id: formatId('payment_request', row.id),
    type: row.type === 'push' ? 'push' : 'link',
    status: status === 'cancelled' ? 'expired' : status,
    ...moneyOf(row),
    ...referenceOf(row),
    ...(row.description !== null && { description: row.description }),
    ...endOf(row),
    ...(row.type === 'link' && { link: { checkout_session_id: formatId('checkout_session', row.id) } }),
    ...(row.phone !== null && { push: { phone: row.phone } }),
    ...paidBy(row),
    ...lastOf(mode, row),
  }
}

/** A payment session in the shape of its events. */
export function renderSession({ mode }: Mode, row: CheckoutRow, now: Date): z.input<typeof toldPaymentSession> {
  const status = statusAt(row, now)
  const outcome = outcomeOf(status, row)
  return {
    id: formatId('payment_session', row.id),
    type: 'one_time',
    ...moneyOf(row),
    status: status === 'paid' ? 'completed' : status === 'failed' ? 'expired' : status,
    payment_outcome: outcome,
    payment_status: outcome === 'not_started' ? 'unpaid' : outcome === 'reserved' ? 'paid' : outcome,
    ...(row.capture_method === 'manual' && { capture_method: row.capture_method }),
    checkout_session_id: formatId('checkout_session', row.id),
    ...paidBy(row),
    ...(row.return_url !== null && { return_url: row.return_url }),
    ...(row.last_payment_error !== null && { last_payment_error: row.last_payment_error }),
    ...referenceOf(row),
    ...endOf(row),
    ...lastOf(mode, row),
  }
}

function outcomeOf(status: CheckoutStatus, { attempt_id, capture_method }: CheckoutRow) {
  if (status === 'paid') return capture_method === 'manual' ? 'reserved' : 'paid'
  if (status !== 'active') return 'unpaid'
  return attempt_id === null ? 'not_started' : 'pending'
}

function moneyOf(row: CheckoutRow) {
  const target = targetOf(row)
  const whose = target && { customer_id: formatId('customer', target.customer_id), ...ownerField(target) }
  return { amount: toNumber(row.amount), currency: row.currency, ...whose }
}

function referenceOf({ external_reference }: CheckoutRow) {
  return external_reference === null ? {} : { external_reference }
}

function endOf({ expires_at, cancelled_at }: CheckoutRow) {
  return {
    expires_at: expires_at?.toISOString() ?? null,
    ...(cancelled_at !== null && { cancelled_at: cancelled_at.toISOString() }),
  }
}

function paidBy({ payment_id }: CheckoutRow) {
  return payment_id === null ? {} : { payment_id: formatId('payment', payment_id) }
}

function lastOf(mode: 'test' | 'live', { metadata, created_at, updated_at }: CheckoutRow) {
  return {
    ...(Object.keys(metadata).length > 0 && { metadata }),
    mode,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  }
}
