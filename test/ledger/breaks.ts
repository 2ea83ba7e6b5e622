export const first = (table: string, where = 'true') => `(select id from ${table} where ${where} order by id limit 1)`
/** The account that has had the most entries: five. */
export const account = first('receivable', "kind = 'account'")
export const delivery = '(select event_id from webhook_delivery order by event_id limit 1)'

/**
 * A change by hand: what it is, the invariants that it breaks, the tables to mend after it, and the statement. `says` is what verify
 * says of it, where it could break the invariant in more than one way.
 */
export type Break = [what: string, invariants: string, tables: string, statement: string, says?: string]

export const ledgerBreaks: Break[] = [
  [
    'an entry of another amount',
    'I2',
    'ledger_entry',
    "update ledger_entry set amount = amount + 1 where system_account = 'sales'",
  ],
  [
    'entries without their transaction',
    'I2',
    'ledger_transaction',
    `delete from ledger_transaction where source_id = ${first('payment', "reference = 'unapplied'")}`,
  ],
  [
    'a version that is off by one',
    'I3',
    'receivable',
    `update receivable set version = version - 1 where id = ${account}`,
  ],
  [
    // It contradicts the entries, and what was entered by hand less what was applied.
    'a balance that is off by one',
    'I3 I5',
    'receivable',
    `update receivable set balance = balance + 1 where id = ${account}`,
  ],
  [
    'a balance_after that does not follow',
    'I4',
    'ledger_entry',
    `update ledger_entry set balance_after = balance_after + 1 where receivable_id = ${account} and version = 2`,
  ],
  [
    'a gap in the versions',
    'I4',
    'ledger_entry',
    `update ledger_entry set version = version + 1 where receivable_id = ${account} and version > 2`,
  ],
  [
    'a version that is there twice',
    'I4',
    'ledger_entry',
    `update ledger_entry set version = 2 where receivable_id = ${account} and version = 3`,
  ],
  [
    'a payment that counts from before its bill',
    'I5',
    'ledger_transaction',
    `update ledger_transaction set effective_at = '2025-12-31' where source_id = ${first('payment', "reference = '3'")}`,
  ],
  [
    'a bill that is said to be owed since before something was added to it',
    'I5',
    'receivable',
    "update receivable set owed_since = '2025-12-31' where status = 'unpaid'",
  ],
  ['a bill that is due for more', 'I5', 'bill', 'update bill set amount_due = amount_due + 1'],
  [
    'a bill that says it was adjusted by more',
    'I5',
    'bill',
    "update bill set amount_adjusted = amount_adjusted + 1 where external_reference = 'adjusted'",
  ],
  [
    'a bill that says less of it was written off',
    'I5',
    'bill',
    "update bill set amount_written_off = amount_written_off - 1 where external_reference = 'adjusted'",
  ],
  [
    // What was paid of it would be the same.
    'a bill that calls what was written off an adjustment',
    'I5',
    'bill',
    `update bill set amount_written_off = amount_written_off - 1, amount_adjusted = amount_adjusted - 1
      where external_reference = 'adjusted'`,
  ],
  [
    // And it was told as what it was.
    'a write-off that is said to be a discount',
    'I5 I6',
    'ledger_transaction',
    "update ledger_transaction set kind = 'discount' where kind = 'write_off'",
  ],
  [
    'a fee in the account of discounts',
    'I5',
    'ledger_entry',
    "update ledger_entry set system_account = 'discounts' where system_account = 'fees_charged'",
  ],
  [
    'money that was set as paid in the account of write-offs',
    'I5',
    'ledger_entry',
    "update ledger_entry set system_account = 'write_offs' where system_account = 'paid_by_hand'",
  ],
  [
    'an application that payments and balances do not know',
    'I5',
    'application',
    `update application set amount = amount + 1 where id = ${first('application', 'reversed_amount = 0')}`,
  ],
  [
    'an application of another payment',
    'I5',
    'application',
    `update application set payment_id = ${first('payment', "reference = 'unapplied'")}
      where payment_id = ${first('payment', "reference = '1'")}`,
  ],
  [
    'a payment that says it applied less',
    'I5 I14',
    'payment',
    `update payment set applied_amount = applied_amount - 1, unapplied_amount = unapplied_amount + 1
      where reference = '1'`,
  ],
  ['a reversal of another amount', 'I5', 'payment_reversal', 'update payment_reversal set amount = amount + 1'],
  [
    'money in another clearing account',
    'I5',
    'ledger_entry',
    "update ledger_entry set system_account = 'clearing:bank' where system_account = 'clearing:till'",
  ],
]

export const rowBreaks: Break[] = [
  [
    'a bill that is owed in the archive',
    'I14',
    'bill',
    "update bill set archived_at = now() where external_reference = 'unpaid'",
  ],
  [
    'a balance with another reference than its object',
    'I14',
    'receivable',
    "update receivable set external_reference = 'another' where status = 'voided'",
  ],
  [
    'a balance with another rule than its object',
    'I14',
    'receivable',
    `update receivable set overpayment_allowed = not coalesce(overpayment_allowed, false) where id = ${account}`,
  ],
  [
    'a receivable in another currency than its entries',
    'I3',
    'receivable',
    "update receivable set currency = 'EUR' where status = 'voided'",
  ],
  [
    'a currency that there is not',
    'I11',
    'receivable',
    `insert into receivable (id, bucket, environment_id, kind, customer_id, account_id, currency, balance, version,
        external_reference)
      select id, bucket, environment_id, 'account', customer_id, id, 'ZZZ', 0, 0, external_reference from account
      where external_reference = 'without-balance'`,
  ],
  [
    'a payment of another amount than its payer chose',
    'I14',
    'payment',
    `update payment set chosen_ids = array[id], chosen_amounts = array[1]::bigint[] where reference = '1'`,
  ],
  ['another amount that was asked of a processor', 'I14', 'charge', 'update charge set amount = amount + 1'],
  ['a charge that belongs to no payment', 'I14', 'charge', 'update charge set payment_id = gen_random_uuid()'],
  ['a payment that arrived at no time', 'I14', 'payment', 'update payment set received_at = null'],
  [
    'an object whose reference is not kept',
    'I14',
    'external_reference',
    "delete from external_reference where kind = 'bill' and reference = 'paid'",
  ],
  [
    'a reissued bill that nothing stands for',
    'I14',
    'bill',
    'update bill set reissue_of = null where reissue_of is not null',
  ],
  [
    'a payment reference of another payment',
    'I14',
    'payment_reference',
    "update payment_reference set payment_id = gen_random_uuid() where reference = '1'",
  ],
  [
    'a replaced payment that is not wholly reversed',
    'I5 I14',
    'payment',
    `update payment set reversed_amount = reversed_amount - 1, unapplied_amount = unapplied_amount + 1
      where id = (select payment_id from replaced_payment)`,
  ],
  [
    'a payment that replaces another than it is kept for',
    'I14',
    'replaced_payment',
    'update replaced_payment set replaced_by = gen_random_uuid()',
  ],
  ['a replaced payment that nobody keeps', 'I14', 'replaced_payment', 'delete from replaced_payment'],
  [
    'an application of a transaction that does not exist',
    'I14',
    'application',
    'update application set transaction_id = gen_random_uuid()',
  ],
  [
    'a receivable of nothing',
    'I14',
    'receivable',
    `insert into receivable (id, bucket, environment_id, kind, customer_id, currency, balance, version,
        external_reference)
      select id, bucket, environment_id, 'customer', customer_id, currency, 0, 0, '' from payment where customer_id is not null limit 1`,
  ],
  [
    'a key that was claimed for no answer',
    'I14',
    'idempotency_key',
    `insert into idempotency_key (environment_id, key, fingerprint, response_id, bucket)
      select id, 'claimed', '', id_at(now()), 0 from environment`,
  ],
  [
    'a key that was reserved long ago for no answer',
    'I14',
    'idempotency_key',
    `insert into idempotency_key (environment_id, key, fingerprint, response_id, bucket, reserved_at, holders)
      select id, 'claimed', '', id_at(now()), 0, now() - interval '16 minutes', 1 from environment`,
  ],
  [
    'a reference that was reserved long ago for no payment',
    'I14',
    'payment_reference',
    `insert into payment_reference (environment_id, channel, reference, payment_id, fingerprint, bucket, reserved_at, holders)
      select id, 'till', 'lost', id_at(now()), '', 0, now() - interval '16 minutes', 1 from environment`,
  ],
]

export const pairBreaks: Break[] = [
  [
    'an entry in another bucket than its transaction',
    'I2 I3 I14',
    'ledger_entry',
    `update ledger_entry set bucket = (bucket + 1) % 65536 where receivable_id = ${account} and version = 2`,
  ],
  [
    'an entry in another environment than its transaction',
    'I2 I3',
    'ledger_entry',
    `update ledger_entry set environment_id = environment_id + 1 where receivable_id = ${account} and version = 2`,
  ],
  [
    'an entry in another currency than its transaction',
    'I2 I3',
    'ledger_entry',
    `update ledger_entry set currency = 'EUR' where receivable_id = ${account} and version = 2`,
  ],
  [
    'a transaction without its entries',
    'I2 I3 I4 I5',
    'ledger_entry',
    `delete from ledger_entry where transaction_id =
      (select transaction_id from ledger_entry where receivable_id = ${account} and version = 2)`,
  ],
  [
    'a balance_after of the last entry that does not follow',
    'I4',
    'ledger_entry',
    `update ledger_entry set balance_after = balance_after + 1 where receivable_id = ${account} and version = 5`,
  ],
  [
    'a receivable whose last entry is missing',
    'I2 I3 I5',
    'ledger_entry',
    `delete from ledger_entry where receivable_id = ${account} and version = 5`,
  ],
  [
    'an application of another customer than its payment',
    'I5',
    'application',
    `update application set customer_id = gen_random_uuid() where id = ${first('application', 'reversed_amount = 0')}`,
  ],
  [
    'an application in another currency than its payment',
    'I5',
    'application',
    `update application set currency = 'EUR' where id = ${first('application', 'reversed_amount = 0')}`,
  ],
  [
    'a payment of a customer that does not exist',
    'I14',
    'payment',
    "update payment set customer_id = gen_random_uuid() where reference = 'unapplied'",
  ],
  [
    'an event in another environment than its application',
    'I6 I7 I14',
    'event',
    `update event set environment_id = environment_id + 1 where id = ${first('event', "type = 'obligation.amount_applied'")}`,
  ],
  [
    'an event of no application',
    'I6',
    'event',
    `update event set subject_id = gen_random_uuid()
      where id = ${first('event', "type = 'obligation.amount_applied'")}`,
  ],
  [
    'events said to be let go of sooner than after ninety days',
    'I6',
    'retention',
    "update retention set events_dropped_before = now() - interval '80 days'",
  ],
  [
    'events of a month that is still there said to be let go of',
    'I6',
    'retention',
    "update retention set events_dropped_before = now() + interval '40 days'",
  ],
  ['nothing said of what was let go of', 'I6', 'retention', 'delete from retention'],
  ['a delivery without its event', 'I7 I14', 'event', "delete from event where type = 'payment.amount_unapplied'"],
  [
    'a delivery in another environment than its event',
    'I7',
    'webhook_delivery webhook_attempt',
    `with attempts as (update webhook_attempt set environment_id = environment_id + 1 where event_id = ${delivery})
     update webhook_delivery set environment_id = environment_id + 1 where event_id = ${delivery}`,
  ],
  [
    'a delivery to no endpoint',
    'I7',
    'webhook_delivery webhook_attempt',
    `with attempts as (update webhook_attempt set endpoint_id = '00000000-0000-0000-0000-000000000000' where event_id = ${delivery})
     update webhook_delivery set endpoint_id = '00000000-0000-0000-0000-000000000000' where event_id = ${delivery}`,
  ],
  [
    'direct money that is in no account of the ledger',
    'I2 I5',
    'ledger_entry',
    "delete from ledger_entry where system_account = 'direct_receipts'",
  ],
  [
    // It is no longer known what the bill is due for.
    'a balance in another bucket than its object',
    'I3 I5 I14',
    'receivable',
    "update receivable set bucket = (bucket + 1) % 65536 where status = 'voided'",
  ],
  ['a bill without its balance', 'I3 I14', 'receivable', "delete from receivable where status = 'voided'"],
  [
    // The transaction agrees with its entries, but they miss on its balance and its clearing account.
    'an application in another environment than its transaction',
    'I3 I5 I14',
    'ledger_transaction ledger_entry',
    `with entries as (update ledger_entry set environment_id = environment_id + 1
        where transaction_id = ${first('ledger_transaction', "kind = 'payment'")})
     update ledger_transaction set environment_id = environment_id + 1
     where id = ${first('ledger_transaction', "kind = 'payment'")}`,
  ],
  [
    'a delivery in another bucket than its event',
    'I7',
    'webhook_delivery webhook_attempt',
    `with attempts as (update webhook_attempt set bucket = (bucket + 1) % 65536 where event_id = ${delivery})
     update webhook_delivery set bucket = (bucket + 1) % 65536 where event_id = ${delivery}`,
  ],
  [
    'an attempt in another bucket than its delivery',
    'I7',
    'webhook_attempt',
    `update webhook_attempt set bucket = (bucket + 1) % 65536 where event_id = ${delivery}`,
  ],
]
