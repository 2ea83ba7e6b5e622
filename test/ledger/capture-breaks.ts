import { type Break, first } from './breaks.ts'

const ended = "where status = 'succeeded' and voided_amount > 0"
const open = "where status = 'succeeded' and captured_amount > 0 and voided_amount = 0"

/** Changes by hand of captures and voids, and of what they are taken from. */
export const captureBreaks: Break[] = [
  [
    'a payment that says it captured more, with the money unapplied',
    'I5 I14',
    'payment',
    `update payment set captured_amount = captured_amount + 1, voided_amount = voided_amount - 1,
      unapplied_amount = unapplied_amount + 1 ${ended}`,
    'its captures come to',
  ],
  [
    'a payment that says it let go of less',
    'I5',
    'payment',
    `update payment set voided_amount = voided_amount - 1 ${ended}`,
    'its voids to',
  ],
  [
    'a payment that waits for a capture that there is not',
    'I5',
    'payment',
    `update payment set claimed_amount = 1 ${open}`,
    'waits',
  ],
  ['a capture of another amount', 'I5', 'capture', "update capture set amount = amount + 1 where kind = 'capture'"],
  ['a void of another amount', 'I5', 'capture', "update capture set amount = amount + 1 where kind = 'void'"],
  [
    'a capture that is told by another transaction',
    'I5 I6',
    'capture',
    `update capture set told_id = ${first('ledger_transaction')}
      where id = ${first('capture', "kind = 'capture'")}`,
    'entered',
  ],
  [
    'a capture without its event',
    'I6 I7 I14',
    'event',
    "delete from event where type = 'payment.captured'",
    'it has no event',
  ],
  [
    'a void that is told as a capture',
    'I5 I6',
    'capture',
    "update capture set kind = 'capture', reason = null where kind = 'void'",
  ],
  [
    'a capture of a payment that there is not',
    'I5',
    'capture',
    `update capture set payment_id = gen_random_uuid() where id = ${first('capture', "kind = 'void'")}`,
  ],
  [
    'a capture that went to what another payment paid',
    'I5',
    'capture',
    `update capture set obligation_ids = array[${first('application')}] where cardinality(obligation_ids) = 1`,
    'its obligations are not those of its payment',
  ],
  [
    'an authorisation that nobody looks after',
    'I5',
    'open_authorisation',
    'delete from open_authorisation',
    'it is looked after',
  ],
  [
    'an authorisation that is looked after although nothing is left',
    'I5',
    'open_authorisation',
    `insert into open_authorisation (payment_id, bucket, environment_id, customer_id, processor, release_at)
      select id, bucket, environment_id, customer_id, processor, now() from payment ${ended}`,
    'it is looked after',
  ],
  [
    'a captured payment that was received at no time',
    'I14',
    'payment',
    `update payment set received_at = null ${open}`,
  ],
  [
    'a capture with the bucket of another id',
    'I5 I6 I14',
    'capture',
    "update capture set bucket = (bucket + 1) % 65536 where kind = 'void'",
  ],
]
