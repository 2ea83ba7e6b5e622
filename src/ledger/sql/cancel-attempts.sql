-- Cancels the payments of customer $2 that were begun and not charged: all of them or, unless $4 is null, those that were
-- to pay $4 or its bills. A payment that starts processing at this moment is waited for, and not cancelled.
with cancelled as (
  update payment as p set status = 'cancelled', next_check_at = $5::timestamptz, version = version + 1,
    updated_at = $5::timestamptz
  where environment_id = $1 and customer_id = $2 and bucket = $3 and status in ('initiating', 'pending_action')
    and ($4::uuid is null or exists (
      select 1 from receivable as r
      where r.id = any (coalesce(p.chosen_ids, array[p.target_id])) and r.bucket = p.bucket
        and (r.id = $4 or r.account_id = $4)))
  returning id, bucket, environment_id
)
insert into audit_entry (id, bucket, environment_id, actor, action, object_kind, object_id, request_id, recorded_at)
select new_id($5::timestamptz, bucket), bucket, environment_id, $6, 'updated', 'payment', id, $7, $5::timestamptz from cancelled
