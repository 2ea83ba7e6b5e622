-- Writes the outcomes of attempts, all at once: the attempts, the deliveries, and since when an endpoint fails. A
-- result counts only while its attempt is the delivery's latest, so one that arrives after its claim expired changes
-- nothing; the attempt itself is kept. A claim that was returned unsent (no start) does not count as an attempt. $1 is
-- now. The condition is `settled_at is null` and not `status = 'pending'`, which would let the planner choose the
-- partial index of due deliveries: with a plan made while that was empty a batch took 0.4 s with 70,000 pending.
-- Where tables are spread over machines, since when an endpoint fails is written by a statement of its own. Returns the endpoints to be paused: those that are gone (410), and those that have failed since before $16. What would
-- be exhausted with the pause, or while its endpoint takes nothing, waits instead. A posting reference is kept until a later answer
-- names another; without one a delivery that has to be posted is unposted since it was first delivered.
with outcome as materialized (
  select *
  from unnest(
    $2::uuid[], $3::uuid[], $4::integer[], $5::integer[], $6::integer[], $7::text[], $8::timestamptz[],
    $9::timestamptz[], $10::integer[], $11::integer[], $12::text[], $13::text[], $14::boolean[], $15::text[],
    $17::text[], $18::boolean[]
  ) as outcome (
    event_id, endpoint_id, bucket, environment_id, number, status, next_attempt_at,
    started_at, duration_ms, status_code, error, response_excerpt, gone, address,
    posting_reference, awaits_posting
  )
),
verdict as materialized (
  select
    endpoint.id, endpoint.failing_since, judged.succeeded, judged.failed,
    endpoint.disabled_at is not null as waits,
    endpoint.disabled_at is null and endpoint.deleted_at is null and judged.gone as gone,
    endpoint.disabled_at is null and endpoint.deleted_at is null and judged.failed and not judged.succeeded
      and endpoint.failing_since <= $16::timestamptz as failing
  from (
    select outcome.endpoint_id, bool_or(outcome.status = 'delivered') as succeeded,
      -- An attempt that began before the endpoint was changed may have gone to the address before.
      bool_or(outcome.gone and outcome.started_at >= changed.updated_at) as gone,
      bool_or(outcome.status <> 'delivered' and outcome.started_at is not null) as failed
    from outcome
    join webhook_endpoint as changed on changed.id = outcome.endpoint_id
    group by outcome.endpoint_id
  ) as judged
  join webhook_endpoint as endpoint on endpoint.id = judged.endpoint_id
),
recorded as (
  update webhook_delivery as delivery
  set
    status = case when kept.waits then 'pending' else outcome.status end,
    next_attempt_at = case when kept.waits then $1::timestamptz else outcome.next_attempt_at end,
    attempts = delivery.attempts - case when outcome.started_at is null then 1 else 0 end,
    -- A round that was begun meanwhile began with an attempt that was not made.
    attempts_before = least(
      delivery.attempts_before, delivery.attempts - case when outcome.started_at is null then 1 else 0 end
    ),
    settled_at = case when outcome.status <> 'pending' and not kept.waits then $1::timestamptz end,
    posting_reference = coalesce(outcome.posting_reference, delivery.posting_reference),
    unposted_since = case
      when coalesce(outcome.posting_reference, delivery.posting_reference) is not null then null
      when outcome.awaits_posting then coalesce(delivery.unposted_since, $1::timestamptz)
      else delivery.unposted_since
    end
  from outcome
  left join verdict on verdict.id = outcome.endpoint_id
  cross join lateral (
    select outcome.status = 'exhausted' and coalesce(verdict.waits or verdict.gone or verdict.failing, false) as waits
  ) as kept
  where delivery.event_id = outcome.event_id and delivery.endpoint_id = outcome.endpoint_id
    and delivery.bucket = outcome.bucket and delivery.attempts = outcome.number and delivery.settled_at is null
    -- spread: and delivery.bucket = any ($4::integer[])
),
attempted as (
  insert into webhook_attempt (
    event_id, endpoint_id, number, bucket, environment_id,
    started_at, duration_ms, status_code, error, response_excerpt, address
  )
  select
    event_id, endpoint_id, number, bucket, environment_id,
    started_at, duration_ms, status_code, error, response_excerpt, address
  from outcome
  where started_at is not null
  on conflict do nothing
), -- on one machine
-- spread: )
noted as ( -- on one machine
  update webhook_endpoint as endpoint -- on one machine
  set failing_since = case when not verdict.succeeded then $1::timestamptz end -- on one machine
  from verdict -- on one machine
  where endpoint.id = verdict.id -- on one machine
    and case when verdict.succeeded then verdict.failing_since is not null -- on one machine
      else verdict.failed and verdict.failing_since is null end -- on one machine
) -- on one machine
select id as endpoint_id, case when gone then 'gone' else 'failing' end as reason from verdict where gone or failing
