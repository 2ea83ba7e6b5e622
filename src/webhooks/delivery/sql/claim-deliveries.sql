-- Claims up to 200 due deliveries for this process until $2, counting an attempt for each. Never by a cursor: an id
-- that commits late would be skipped. Deliveries of a deleted endpoint are cancelled. Those of one that is disabled or
-- paused are put off for good, out of the way of all others, until the endpoint is enabled and wakes them. The share lock
-- on such an endpoint sees to it that whatever is put off is there for whoever enables it to find; while somebody has
-- the endpoint locked its deliveries are claimed again at $3. $1 is now.
with due as materialized (
  select event_id, endpoint_id, bucket
  from webhook_delivery
  where status = 'pending' and next_attempt_at <= $1::timestamptz
  order by next_attempt_at
  limit 200
  for no key update skip locked -- on one machine
),
held as materialized (
  select id from webhook_endpoint
  -- Written so that the partial index of those that are not deleted cannot be chosen.
  where id = any (array(select endpoint_id from due)) and case when deleted_at is null then disabled_at end is not null
  for share skip locked
),
claimed as (
  update webhook_delivery as delivery
  set
    status = case when state.gone then 'cancelled' else delivery.status end,
    settled_at = case when state.gone then $1::timestamptz end,
    attempts = delivery.attempts + case when state.gone or state.waits then 0 else 1 end,
    next_attempt_at = case
      when state.waits and due.endpoint_id = any (array(select id from held)) then 'infinity'
      when state.waits then $3::timestamptz
      else $2::timestamptz
    end
  from due
  left join webhook_endpoint as endpoint on endpoint.id = due.endpoint_id
  cross join lateral (
    select endpoint.id is null or endpoint.deleted_at is not null as gone, endpoint.disabled_at is not null as waits
  ) as state
  where delivery.event_id = due.event_id and delivery.endpoint_id = due.endpoint_id and delivery.bucket = due.bucket
    -- spread: and delivery.status = 'pending' and delivery.next_attempt_at <= $1::timestamptz
  returning
    delivery.event_id, delivery.endpoint_id, delivery.bucket, delivery.environment_id, delivery.attempts as number,
    delivery.attempts_before as earlier, not (state.gone or state.waits) as to_send, endpoint.url,
    encode(endpoint.secret, 'base64') as secret, endpoint.max_in_flight, endpoint.rate_per_s,
    endpoint.expects_posting, delivery.queue_id
)
select claimed.*, event.type, event.body, event.personal, event.traceparent
from claimed
left join lateral (
  select type, body, personal, traceparent from event
  where claimed.to_send and event.id = claimed.event_id and event.bucket = claimed.bucket
  offset 0 -- on one machine
) as event on true
