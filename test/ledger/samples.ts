import type { Id } from '../../src/core/id/id.ts'
import type { Receivable } from '../../src/ledger/receivable.ts'
import type { LockedPayment } from '../../src/ledger/store.ts'

/** The bucket and the environment that every sample is in. */
export const place = { bucket: 7, environment_id: 3 }

/** An id that one number makes, in the bucket of the samples. */
export function idOf(number: number): Id {
  return `019f0000-0000-0000-0000-${number.toString(16).padStart(8, '0')}0007`
}

/** A balance as a transaction found it, of an account with the version 4. */
export function receivableSample(id: Id, balance: bigint, more: Partial<Receivable> = {}): Receivable {
  return {
    id,
    ...place,
    kind: 'account',
    customer_id: idOf(0xc1),
    account_id: id,
    currency: 'ZAR',
    balance,
    version: 4n,
    status: null,
    external_reference: id,
    due_date: null,
    bill_date: null,
    amount_due: null,
    amount_adjusted: null,
    amount_written_off: null,
    bill_version: null,
    bill_metadata: null,
    bill_created_at: null,
    bill_particulars: null,
    overpayment_allowed: false,
    owed_since: null,
    moved_at: null,
    ...more,
  }
}

/** A payment that has succeeded, as a transaction locked it, with the version 2; `amounts` sum to what arrived. */
export function paymentSample(amounts: Partial<LockedPayment>): LockedPayment {
  const sums = { applied_amount: 0n, unapplied_amount: 0n, reversed_amount: 0n, refunded_amount: 0n }
  const payment = { ...sums, direct_amount: 0n, suspense_amount: 0n, transferred_amount: 0n, ...amounts }
  return {
    id: idOf(0xf1),
    ...place,
    customer_id: idOf(0xc1),
    status: 'succeeded',
    channel: 'cash',
    currency: 'ZAR',
    amount: accountedFor(payment),
    transferred_from: null,
    processor: null,
    capture_method: null,
    authorised_amount: null,
    captured_amount: null,
    voided_amount: null,
    claimed_amount: null,
    authorised_until: null,
    checkout_id: null,
    method_details: null,
    metadata: { order: '12' },
    version: 2n,
    received_at: null,
    created_at: new Date('2026-11-01T10:00:00.000Z'),
    ...payment,
  }
}

type Amounts = Pick<
  LockedPayment,
  | 'applied_amount'
  | 'unapplied_amount'
  | 'reversed_amount'
  | 'refunded_amount'
  | 'direct_amount'
  | 'suspense_amount'
  | 'transferred_amount'
>

/** Where the money of a payment is, all of it together: what arrived. */
export function accountedFor(payment: Amounts): bigint {
  const { applied_amount, unapplied_amount, reversed_amount, refunded_amount } = payment
  const { direct_amount, suspense_amount, transferred_amount } = payment
  return (
    applied_amount +
    unapplied_amount +
    reversed_amount +
    refunded_amount +
    direct_amount +
    suspense_amount +
    transferred_amount
  )
}
