import { formatId } from '../../../src/core/id/id.ts'
import { wholeBody } from '../../../src/events/personal.ts'
import type { ChangeContext } from '../../../src/ledger/change.ts'
import type { Application } from '../../../src/ledger/corrections/application.ts'
import type { Taken } from '../../../src/ledger/corrections/chosen.ts'
import { Correction } from '../../../src/ledger/corrections/correction-journal.ts'
import type { Receivable } from '../../../src/ledger/receivable.ts'
import type { LockedPayment } from '../../../src/ledger/store.ts'
import { Recording } from '../recording.ts'
import { idOf, place, receivableSample } from '../samples.ts'

export const now = new Date('2026-11-27T10:00:00.000Z')
export const before = new Date('2026-11-20T00:00:00.000Z')
export const context: ChangeContext = {
  environment: { id: place.environment_id, mode: 'test' },
  actor: 'key:1' as never,
  request_id: 'req_1',
  now,
}

/** A bill that owes `balance` since before, with all that its event tells. */
export function billSample(number: number, balance: bigint, more: Partial<Receivable> = {}): Receivable {
  return receivableSample(idOf(number), balance, {
    kind: 'bill',
    account_id: null,
    status: balance > 0n ? 'unpaid' : 'paid',
    external_reference: `B-${number}`,
    owed_since: before,
    bill_date: '2026-11-20',
    amount_due: 100n,
    amount_adjusted: 0n,
    amount_written_off: 0n,
    bill_version: 8n,
    bill_created_at: before,
    ...more,
  })
}

/** An application of the sample payment, from before, with the version 2. */
export function applicationSample(
  number: number,
  { id, kind }: Receivable,
  amount: bigint,
  reversed = 0n,
): Application {
  return {
    id: idOf(number),
    ...place,
    customer_id: idOf(0xc1),
    payment_id: idOf(0xf1),
    receivable_id: id,
    kind,
    currency: 'ZAR',
    amount,
    reversed_amount: reversed,
    transaction_id: idOf(0xe0 + number),
    version: 2n,
    created_at: before,
    updated_at: before,
  }
}

/** What is taken of a payment: nothing but what is said. */
export function takenSample(more: Partial<Taken>): Taken {
  const nothing = { unapplied: 0n, direct: 0n, suspense: 0n, transferred: 0n, uncovered: 0n }
  return { total: 0n, ...nothing, parts: [], ...more }
}

/** What an event about an application says of the application and of its bill, the same in all of them. */
export function toldOf(number: number, bill: Receivable) {
  return {
    id: formatId('obligation', idOf(number)),
    ...toldOfBill(bill),
    created_at: before.toISOString(),
    updated_at: now.toISOString(),
  }
}

/** The part of it that is about the bill and the payment. */
export function toldOfBill({ id, external_reference }: Receivable) {
  const bill_id = formatId('bill', id)
  return {
    currency: 'ZAR',
    payment_id: formatId('payment', idOf(0xf1)),
    bill_id,
    applied_to: { type: 'bill', id: bill_id, external_reference, customer: formatId('customer', idOf(0xc1)) },
    metadata: { order: '12' },
  }
}

type Told = { id: string; type: string; bucket: number; subject: string; created_at: string; data: object }
/** Writes corrections, and returns what was written. */
export async function written(correction: Correction, others?: Correction[]) {
  const recording = new Recording()
  await correction.write(recording, others)
  const events = recording.of('write-events').flatMap(({ rows, others: [bodies, personals] }) => {
    const [facts, personal] = [bodies, personals].map((texts) => String(texts).split('\x1e'))
    return rows.map(([id, bucket, , type, subject, created_at], index): Told => {
      const parts = { body: facts?.[index] as string, personal: personal?.[index] || null }
      return { id, bucket, type, subject, created_at, data: JSON.parse(wholeBody(parts)).data } as Told
    })
  })
  return { recording, transactions: recording.transactions(), events }
}

/** Does one thing with a payment, and returns what was written. */
export async function correct(payment: LockedPayment, change: (correction: Correction) => unknown) {
  const correction = new Correction(context, payment)
  const returned = change(correction)
  return { returned, ...(await written(correction)) }
}

/** Where the money of a payment is, but for what is nothing. */
export function amountsOfPayment(payment: LockedPayment): Record<string, bigint> {
  const { applied_amount, unapplied_amount, reversed_amount, refunded_amount } = payment
  const { direct_amount, suspense_amount, transferred_amount } = payment
  const all = {
    applied: applied_amount,
    unapplied: unapplied_amount,
    reversed: reversed_amount,
    refunded: refunded_amount,
    direct: direct_amount,
    suspense: suspense_amount,
    transferred: transferred_amount,
  }
  return Object.fromEntries(Object.entries(all).filter(([, amount]) => amount !== 0n))
}
