import { type Break, delivery, first } from './breaks.ts'

/** Changes by hand of what was told, and to whom. */
export const eventBreaks: Break[] = [
  [
    'an application without its event',
    'I6',
    'event',
    `update event set type = 'bill.paid' where id = ${first('event', "type = 'obligation.amount_applied'")}`,
  ],
  [
    'two events of one application',
    'I6',
    'event',
    `update event set subject_id = ${first('application')} where type = 'obligation.amount_applied'`,
  ],
  [
    'a reversal without its event',
    'I6',
    'event',
    "update event set type = 'bill.paid' where type = 'obligation.amount_reversed'",
  ],
  [
    'a reversal of a payment that is not told',
    'I6',
    'event',
    "update event set type = 'bill.paid' where type = 'payment.reversed'",
  ],
  [
    'a fee that is not told',
    'I6',
    'event',
    "update event set type = 'bill.paid' where type = 'bill.balance_adjusted' and body like '%\"fee\"%'",
  ],
  [
    'an object that is not told',
    'I6',
    'event',
    "update event set type = 'bill.paid' where type = 'customer.created' and body not like '%sequence%'",
  ],
  [
    'a recorded payment that is told as one of a page',
    'I6',
    'event',
    "update event set type = 'payment.succeeded' where type = 'payment.amount_unapplied'",
  ],
  [
    'a request whose change is not told',
    'I6 I7 I14',
    'event',
    "delete from event where type = 'payment_request.created'",
  ],
  [
    'a request whose payment is not told',
    'I6 I7 I14',
    'event',
    "delete from event where type = 'payment_request.paid'",
  ],
  ...['created', 'updated', 'completed'].map(
    (change): Break => [
      `a session that was ${change}, which is not told`,
      'I6 I7 I14',
      'event',
      `delete from event where type = 'payment_session.${change}'`,
    ],
  ),
  ['a change that is told twice', 'I6', 'event', `update event set type = 'bill.archived' where type = 'bill.voided'`],
  [
    'an event that was not delivered to an endpoint',
    'I7',
    'webhook_delivery webhook_attempt',
    `with attempts as (delete from webhook_attempt where event_id = ${delivery})
     delete from webhook_delivery where event_id = ${delivery}`,
  ],
  [
    'a delivery that no attempt delivered',
    'I7',
    'webhook_attempt',
    `update webhook_attempt set status_code = 500 where event_id = ${delivery}`,
  ],
  [
    'an attempt that was not counted',
    'I7',
    'webhook_attempt',
    `update webhook_attempt set number = 2 where event_id = ${delivery}`,
  ],
  [
    'a delivery whose last attempt of an earlier round has not been made',
    'I7',
    'webhook_delivery',
    `update webhook_delivery set attempts_before = attempts + 1 where event_id = ${delivery}`,
  ],
  [
    'a delivery that was skipped',
    'I12',
    'webhook_delivery',
    `update webhook_delivery set status = 'pending', settled_at = null, next_attempt_at = now() - interval '3 hours'
      where event_id = ${delivery}`,
  ],
  [
    'a delivery that waits for an endpoint that takes events',
    'I12',
    'webhook_delivery',
    `update webhook_delivery set status = 'pending', settled_at = null, next_attempt_at = 'infinity'
      where event_id = ${delivery}`,
  ],
  [
    'the first of a queue that waits for its turn',
    'I12',
    'webhook_delivery webhook_endpoint',
    `with ordered as (update webhook_endpoint set ordered = true)
     update webhook_delivery
     set status = 'pending', settled_at = null, next_attempt_at = 'infinity', queue_id = event_id, queue_position = 1
     where event_id = ${delivery}`,
    'waits for nothing',
  ],
  [
    'a delivery outside its queue whose event has its position',
    'I12',
    'webhook_delivery webhook_endpoint',
    `with ordered as (update webhook_endpoint set ordered = true)
     update webhook_delivery set status = 'pending', settled_at = null, next_attempt_at = 'infinity'
     where event_id = ${delivery}`,
    'waits for nothing',
  ],
  [
    'a delivery that was given up before its event was old',
    'I7',
    'webhook_delivery',
    `update webhook_delivery set status = 'exhausted', attempts = 2 where event_id = ${delivery}`,
  ],
  ['an event that is not in the feed', 'I14', 'event_feed', 'delete from event_feed where position = 2'],
  [
    'an event that does not exist in the feed',
    'I14',
    'event_feed',
    'update event_feed set event_id = id_at(now()) where position = 2',
  ],
  ['a position that two events have', 'I14', 'event_feed', 'update event_feed set position = 2 where position = 3'],
  ['a position that was not given', 'I14', 'feed_place', 'update feed_place set position = position - 1'],
  [
    'an event that waits for a position and has one',
    'I14',
    'unsequenced_event',
    'insert into unsequenced_event (event_id, bucket, environment_id) select event_id, bucket, environment_id from event_feed limit 1',
  ],
  [
    'an event that waits for two positions',
    'I14',
    'event_feed unsequenced_event',
    `with taken as (delete from event_feed where position = 2 returning event_id, bucket, environment_id)
     insert into unsequenced_event (event_id, bucket, environment_id)
     select event_id, bucket, environment_id from taken cross join generate_series(1, 2)`,
  ],
  [
    'an event that waits for a position and does not exist',
    'I14',
    'unsequenced_event',
    'insert into unsequenced_event (event_id, bucket, environment_id) values (id_at(now()), 0, 1)',
  ],
  [
    'an event that waits for a posting and was never delivered',
    'I7',
    'webhook_delivery webhook_attempt',
    `with attempts as (update webhook_attempt set status_code = 500 where event_id = ${delivery})
     update webhook_delivery set status = 'exhausted', unposted_since = settled_at where event_id = ${delivery}`,
  ],
  [
    'an event that is posted and was never delivered',
    'I7',
    'webhook_delivery webhook_attempt',
    `with attempts as (update webhook_attempt set status_code = 500 where event_id = ${delivery})
     update webhook_delivery set status = 'exhausted', unposted_since = null, posting_reference = 'JE-1'
     where event_id = ${delivery}`,
  ],
  [
    'a delivery that is both posted and unposted',
    'I14',
    'webhook_delivery',
    `update webhook_delivery set unposted_since = settled_at, posting_reference = 'JE-1' where event_id = ${delivery}`,
  ],
  [
    'a delivery that ended at no time',
    'I14',
    'webhook_delivery',
    `update webhook_delivery set settled_at = null where event_id = ${delivery}`,
  ],
]
