import { type Id, newId } from '../../../src/core/id/id.ts'
import { Problem } from '../../../src/core/problem.ts'
import type { Application } from '../../../src/ledger/corrections/application.ts'
import type { Family } from '../../../src/ledger/corrections/family.ts'
import type { Receivable } from '../../../src/ledger/receivable.ts'
import type { LockedPayment } from '../../../src/ledger/store.ts'
import { paymentSample, receivableSample } from '../samples.ts'

export const now = new Date('2026-11-28T10:00:00.000Z')
export const earlier = new Date('2026-11-28T09:00:00.000Z')
export const later = new Date('2026-11-28T11:00:00.000Z')

/** Ids of a bucket, each later than the one before. */
export const anId = (): Id => newId(7, now.getTime())

/** A locked payment that has arrived; what is not given is nothing. */
export const aPayment = (amount: bigint, more: Partial<LockedPayment> = {}): LockedPayment => {
  const told = { channel: 'bank', metadata: {}, version: 1n, received_at: earlier, created_at: earlier }
  return paymentSample({ id: anId(), customer_id: 'c1' as Id, amount, ...told, ...more })
}

/** A payment of which `left` is left and the rest has gone on to others. */
export const aFamily = (left: bigint, became: Family[] = [], more: Partial<LockedPayment> = {}): Family => {
  const transferred_amount = became.reduce((sum, { payment }) => sum + payment.amount, 0n)
  return { payment: aPayment(left + transferred_amount, { transferred_amount, ...more }), became }
}

export const anApplication = (amount: bigint, reversed_amount = 0n, more: Partial<Application> = {}): Application => ({
  id: anId(),
  bucket: 7,
  environment_id: 3,
  customer_id: 'c1' as Id,
  payment_id: 'p1' as Id,
  receivable_id: 'b1' as Id,
  kind: 'bill',
  currency: 'ZAR',
  amount,
  reversed_amount,
  transaction_id: 't1' as Id,
  version: 1n,
  created_at: earlier,
  updated_at: earlier,
  ...more,
})

export const aReceivable = (id: string, balance: bigint, more: Partial<Receivable> = {}): Receivable =>
  receivableSample(id as Id, balance, { customer_id: 'c1' as Id, account_id: null, ...more })

export const total = (amounts: readonly bigint[]) => amounts.reduce((sum, amount) => sum + amount, 0n)

/** What a function refuses: the code, the sentence, and the pointers. */
export function refusal(refused: () => unknown) {
  try {
    refused()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return [error.code, error.message, ...error.errors.map((one) => ('pointer' in one ? one.pointer : undefined))]
  }
  throw new Error('It was not refused.')
}
