import type { Break } from './breaks.ts'

/** Rows in another bucket than the one of their ids. */
export const bucketBreaks: Break[] = [
  [
    'an event in another bucket',
    'I14',
    'event',
    `insert into event (id, bucket, environment_id, type, subject_id, body, created_at)
      select id, (bucket + 1) % 65536, environment_id, 'payment.amount_unapplied', id, '{}', '2026-01-01' from payment`,
    'evt_',
  ],
  [
    'a session in another bucket',
    'I14',
    'checkout',
    "update checkout set bucket = (bucket + 1) % 65536 where kind = 'session' and status = 'active'",
    ': bucket ',
  ],
  [
    'a detail of the audit trail in another bucket',
    'I14',
    'audit_detail',
    `insert into audit_detail (id, bucket, environment_id)
      select id, (bucket + 1) % 65536, environment_id from audit_entry limit 1`,
    'audit detail ',
  ],
  [
    // They have the bucket of their bill, so it is the id that is wrong.
    'earlier particulars in another bucket',
    'I14',
    'earlier_particulars',
    `insert into earlier_particulars (id, bucket, environment_id, bill_id, replaced_at, actor)
      select c.id, b.bucket, b.environment_id, b.id, now(), 'key'
      from bill as b join customer as c on c.bucket <> b.bucket limit 1`,
    'earlier particulars ',
  ],
  [
    'a replay in another bucket',
    'I14',
    'webhook_replay',
    `insert into webhook_replay (id, bucket, environment_id, endpoint_id, from_at, to_at, only_failed, status, batch_from,
        done_to, created_at)
      select id, (bucket + 1) % 65536, environment_id, id, now(), now(), false, 'completed', id, id, now()
      from customer limit 1`,
    'rpl_',
  ],
]
