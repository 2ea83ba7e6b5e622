import { type Break, first } from './breaks.ts'

/** Changes by hand of requests and sessions, and of the attempts to pay them. */
export const checkoutBreaks: Break[] = [
  [
    'a paid request that is said to be open',
    'I6 I14',
    'checkout',
    "update checkout set status = 'active', payment_id = null where status = 'paid'",
  ],
  [
    'an open session that is said to be paid',
    'I6 I14',
    'checkout',
    "update checkout set status = 'paid', payment_id = id where kind = 'session'",
  ],
  ['a request whose page is not found', 'I14', 'checkout_code', 'delete from checkout_code', 'pr_'],
  [
    'a request whose reference is not reserved',
    'I14',
    'external_reference',
    "delete from external_reference where kind = 'payment_request'",
  ],
  [
    // It would be unapplied, and is direct in the ledger.
    'an attempt of a customer who was asked for nothing',
    'I5 I14',
    'payment',
    `update payment set customer_id = ${first('customer')}, direct_amount = 0, unapplied_amount = direct_amount
     where checkout_id is not null`,
  ],
  [
    // It would belong to nobody, and nobody could apply it.
    'money without a customer that is said to be unapplied',
    'I14',
    'payment ledger_entry',
    `with entries as (update ledger_entry set system_account = 'unapplied' where system_account = 'direct_receipts')
     update payment set unapplied_amount = direct_amount, direct_amount = 0 where direct_amount > 0`,
    ': succeeded',
  ],
  [
    'an attempt to pay nothing',
    'I14',
    'payment',
    'update payment set checkout_id = gen_random_uuid() where checkout_id is not null',
    'an attempt to pay nothing',
  ],
  [
    'an attempt to pay less than was asked for',
    'I14',
    'checkout',
    "update checkout set amount = amount + 1 where status = 'paid'",
    'an attempt of another customer or amount',
  ],
  [
    'an attempt to pay in another currency',
    'I14',
    'checkout',
    "update checkout set currency = 'USD' where status = 'paid'",
    'an attempt of another customer or amount',
  ],
  [
    'a reference that is reserved for no request',
    'I14',
    'external_reference',
    `insert into external_reference (environment_id, kind, reference, entity_id, bucket)
      select environment_id, kind, 'nowhere', gen_random_uuid(), 0 from external_reference where kind = 'payment_request'`,
    'a reference is reserved for it, and it does not exist',
  ],
  [
    'a reference of a request that is reserved for a session',
    'I14',
    'external_reference',
    `insert into external_reference (environment_id, kind, reference, entity_id, bucket)
      select environment_id, 'payment_request', 'nowhere', id, 0 from checkout where kind = 'session' limit 1`,
    'a reference is reserved for it, and it does not exist',
  ],
  [
    'a session for what does not exist',
    'I14',
    'checkout',
    'update checkout set target_id = gen_random_uuid() where target_id is not null',
    'what it is for does not exist or belongs to another customer',
  ],
  [
    'a session for what another customer owes',
    'I14',
    'checkout',
    `update checkout set target_kind = 'account', target_id = ${first('account', "external_reference = 'B'")}
      where target_id is not null`,
    'what it is for does not exist or belongs to another customer',
  ],
]
