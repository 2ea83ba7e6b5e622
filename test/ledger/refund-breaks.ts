import { type Break, first } from './breaks.ts'

const byHand = 'where channel is not null'
const failed = "where status = 'failed'"

/** Changes by hand of refunds and of what they are made of. */
export const refundBreaks: Break[] = [
  [
    'a payment that says it refunded less',
    'I5 I14',
    'payment',
    `update payment set refunded_amount = refunded_amount - 1, unapplied_amount = unapplied_amount + 1
      where reference = 'refunded'`,
  ],
  ['a refund of another amount', 'I5', 'refund', `update refund set amount = amount + 1 ${byHand}`],
  [
    'a refund that says it took more of what was unapplied',
    'I5',
    'refund',
    `update refund set unapplied_amount = unapplied_amount + 1 ${byHand}`,
  ],
  [
    'what was taken from an application said to be of another refund',
    'I5',
    'application_reversal',
    `update application_reversal set refund_id = ${first('refund', "status = 'failed'")}
      where refund_id = ${first('refund', 'channel is not null')}`,
  ],
  [
    'what was taken from an application said to be of a refund that there is not',
    'I5 I14',
    'application_reversal',
    'update application_reversal set refund_id = gen_random_uuid() where refund_id is not null',
  ],
  [
    'what was taken from an application said to be of a refund and of a reversal',
    'I5 I14',
    'application_reversal',
    `update application_reversal set payment_reversal_id = ${first('payment_reversal')} where refund_id is not null`,
  ],
  [
    'a pending refund that is said to have succeeded',
    'I5',
    'refund',
    "update refund set status = 'succeeded', succeeded_at = now() where status = 'pending'",
  ],
  [
    'a refund that succeeded and is said to be on its way',
    'I5',
    'refund',
    "update refund set status = 'pending' where status = 'succeeded' and processor is not null",
  ],
  [
    'a failed refund that is said to be on its way',
    'I5',
    'refund',
    `update refund set status = 'pending', failure_id = null, failed_at = null ${failed}`,
  ],
  [
    'a failed refund whose money came back by another transaction',
    'I5',
    'refund',
    `update refund set failure_id = gen_random_uuid() ${failed}`,
  ],
  [
    'a refund in the clearing account of another channel',
    'I5',
    'ledger_entry',
    `update ledger_entry set system_account = 'clearing:cash' where system_account like 'clearing:%'
      and transaction_id in (select id from ledger_transaction where kind = 'refund')`,
  ],
  [
    'money on its way in another account',
    'I5',
    'ledger_entry',
    "update ledger_entry set system_account = 'sales' where system_account = 'refunds'",
  ],
  [
    'a refund of a payment of another customer',
    'I5 I14',
    'refund',
    `update refund set payment_id = ${first('payment', "reference = 'unapplied'")} ${byHand}`,
  ],
  ['a refund whose reference is not reserved', 'I14', 'refund_reference', 'delete from refund_reference'],
  ['a refund that is not told', 'I6', 'event', "update event set type = 'bill.paid' where type = 'payment.refunded'"],
  [
    'a refund that failed and is not told',
    'I6',
    'event',
    "update event set type = 'bill.paid' where type = 'payment.refund_failed'",
  ],
  [
    'a refund that is told before it has succeeded',
    'I6',
    'event',
    "update event set type = 'payment.refunded' where type = 'payment.amount_unapplied'",
  ],
]
