-- Writes the outcomes of attempts, all at once: the attempts, the deliveries, and the endpoints that returned 410. A
-- result counts only while its attempt is the delivery's latest, so one that arrives after its claim expired changes
-- nothing; the attempt itself is kept. A claim that was returned unsent (no start) does not count as an attempt. $1 is
-- now. The condition is `settled_at is null` and not `status = 'pending'`, which would let the planner choose the
-- partial index of due deliveries: with a plan made while that was empty a batch took 0.4 s with 70,000 pending.
with outcome as materialized (
  select *
  from unnest(
    $2::uuid[], $3::uuid[], $4::integer[], $5::integer[], $6::integer[], $7::text[], $8::timestamptz[],
    $9::timestamptz[], $10::integer[], $11::integer[], $12::text[], $13::text[], $14::boolean[]
  ) as outcome (
    event_id, endpoint_id, bucket, environment_id, number, status, next_attempt_at,
    started_at, duration_ms, status_code, error, response_excerpt, disable
  )
),
recorded as (
  update webhook_delivery as delivery
  set
    status = outcome.status,
    next_attempt_at = outcome.next_attempt_at,
    attempts = delivery.attempts - case when outcome.started_at is null then 1 else 0 end,
    settled_at = case when outcome.status <> 'pending' then $1::timestamptz end
  from outcome
  where delivery.event_id = outcome.event_id and delivery.endpoint_id = outcome.endpoint_id
    and delivery.bucket = outcome.bucket and delivery.attempts = outcome.number and delivery.settled_at is null
),
attempted as (
  insert into webhook_attempt
    (event_id, endpoint_id, number, bucket, environment_id, started_at, duration_ms, status_code, error, response_excerpt)
  select event_id, endpoint_id, number, bucket, environment_id, started_at, duration_ms, status_code, error, response_excerpt
  from outcome
  where started_at is not null
  on conflict do nothing
)
update webhook_endpoint
set disabled_at = $1::timestamptz, disabled_reason = 'gone', updated_at = $1::timestamptz
where id = any (array(select endpoint_id from outcome where disable)) and disabled_at is null
