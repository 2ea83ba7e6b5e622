import { type Break, first } from './breaks.ts'

const assigned = "reference = 'assigned'"
const transferred = 'transferred_from is not null'

/** Changes by hand of money whose payer was unknown, and of what it became. */
export const deskBreaks: Break[] = [
  [
    'unidentified money that is said to be sent back',
    'I5 I14',
    'payment',
    `update payment set refunded_amount = refunded_amount + suspense_amount, suspense_amount = 0
      where reference = 'unidentified'`,
  ],
  [
    'a reversal that says it took less of what was in suspense',
    'I5',
    'payment_reversal',
    'update payment_reversal set suspense_amount = suspense_amount - 1 where suspense_amount > 0',
  ],
  [
    'a refund that says it took less of what was in suspense',
    'I5',
    'refund',
    'update refund set suspense_amount = suspense_amount - 1 where suspense_amount > 0',
  ],
  [
    'a payment that came of another one than is noted',
    'I5',
    'payment',
    `update payment set transferred_from = ${first('payment', "reference = 'unidentified'")} where ${transferred}`,
    'it is not what came of another payment',
  ],
  [
    'a payment that came of nothing that is noted',
    'I5 I6 I14',
    'payment_transfer',
    'delete from payment_transfer',
    'it is not what came of another payment',
  ],
  [
    'a note of a payment that came of another one, of another amount',
    'I5',
    'payment_transfer',
    'update payment_transfer set amount = amount + 1 where reason is null',
    'went on, but it became',
  ],
  [
    'a payment that says that less of it went on',
    'I5',
    'payment',
    `update payment set transferred_amount = transferred_amount - 1, reversed_amount = reversed_amount + 1 where ${assigned}`,
    'went on, but it became',
  ],
  [
    'money that was taken out of suspense on another day than it was entered for its customer',
    'I5',
    'ledger_transaction',
    "update ledger_transaction set effective_at = effective_at - interval '1 day' where kind = 'assignment'",
    'was taken out',
  ],
  [
    'money that went on to the customer who had it',
    'I5',
    'payment',
    `update payment set transferred_from = ${first('payment', "reference = 'misposted'")}
      where transferred_from <> ${first('payment', "reference = 'misposted'")}`,
    'it is not what came of another payment',
  ],
  [
    'misposted money that counts for one customer from when the other had it',
    'I5',
    'ledger_transaction',
    "update ledger_transaction set effective_at = effective_at + interval '1 second' where kind = 'transfer'",
    'was taken out',
  ],
  [
    'misposted money that is said to have been unapplied',
    'I5',
    'payment_transfer',
    'update payment_transfer set unapplied_amount = unapplied_amount + 1 where unapplied_amount > 0',
    'was taken from obligations',
  ],
  [
    'a debt that is owed again for a transfer that is not noted',
    'I5 I14',
    'application_reversal',
    'update application_reversal set transfer_id = application_id where transfer_id is not null',
    'was taken from obligations',
  ],
  [
    'a share of a reversal that is said to be smaller',
    'I5',
    'payment_reversal',
    'update payment_reversal set amount = amount - 1 where follows is not null and returned_amount = 0',
    'the shares come to',
  ],
  [
    'a reversal that says it took less of what its payment had become',
    'I5',
    'payment_reversal',
    'update payment_reversal set transferred_amount = transferred_amount - 1 where transferred_amount > 0 and follows is null',
    'the shares come to',
  ],
  [
    'a share of a reversal that there is not',
    'I5',
    'payment_reversal',
    'update payment_reversal set follows = gen_random_uuid() where follows is not null',
    'the shares come to',
  ],
  [
    'a share of which less is said to have come back',
    'I5',
    'payment_reversal',
    'update payment_reversal set returned_amount = returned_amount - 1 where returned_amount > 1',
    'went through transfers',
  ],
  [
    'money that came back to one payment on another day than to the one that it came of',
    'I5',
    'ledger_transaction',
    `update ledger_transaction set effective_at = effective_at + interval '1 day'
      where kind = 'dispute_won' and source_id in (select id from payment_reversal where follows is not null)`,
    'transfers come to',
  ],
  [
    'a transfer that is not told',
    'I6',
    'event',
    "update event set type = 'bill.paid' where type = 'payment.transferred'",
  ],
  [
    'money between two payments that did not arrive',
    'I5',
    'ledger_entry',
    "update ledger_entry set system_account = 'suspense' where system_account = 'transfers' and amount < 0",
    'transfers ZAR',
  ],
  [
    'an unidentified payment that is on no work list',
    'I14',
    'open_payment',
    "delete from open_payment where kind = 'unidentified'",
    'unidentified, and not on the list',
  ],
  [
    'an unapplied payment that is on no work list',
    'I14',
    'open_payment',
    "delete from open_payment where kind = 'unapplied'",
    'unapplied, and not on the list',
  ],
  [
    'a payment on a work list of which nothing is open',
    'I14',
    'open_payment',
    `insert into open_payment (payment_id, bucket, environment_id, kind)
      select id, bucket, environment_id, 'unidentified' from payment where ${assigned}`,
    'unidentified, and nothing of it is',
  ],
]
