-- What processors have not decided at $1, up to 10,000 of each kind, by mode and processor. Payments count from their last change: one
-- that is unfinished waits for its payer, the others for the processor. A pending refund is asked about at least every hour.
select taken.kind, environment.mode, taken.processor, count(*)::integer as waiting, min(taken.since) as since
from (
  (select case status when 'processing' then 'payment' else 'unfinished_payment' end as kind, environment_id, processor,
      updated_at as since
    from payment
    where status in ('initiating', 'pending_action', 'processing')
    order by updated_at limit 10000)
  union all
  (select 'refund', environment_id, processor, created_at
    from refund
    where next_check_at <= $1::timestamptz + interval '1 hour' and status = 'pending'
    order by next_check_at limit 10000)
  union all
  (select due.kind, due.environment_id, payment.processor, due.created_at
    from (
      select kind, environment_id, payment_id, bucket, created_at
      from capture where next_check_at is not null and status = 'pending' order by next_check_at limit 10000) as due
    join payment on payment.environment_id = due.environment_id and payment.id = due.payment_id
      and payment.bucket = due.bucket)
  union all
  (select 'dispute', environment_id, processor, created_at
    from dispute where next_check_at is not null and closed_at is null order by next_check_at limit 10000)
) as taken
join environment on environment.id = taken.environment_id
where taken.processor is not null
group by taken.kind, environment.mode, taken.processor
