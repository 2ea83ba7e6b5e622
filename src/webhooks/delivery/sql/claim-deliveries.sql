-- Claims up to 200 due deliveries for this process until $2, counting an attempt for each. Never by a cursor: an id
-- that commits late would be skipped. Deliveries of a deleted endpoint are cancelled. Those of one that is disabled or
-- paused are put off for good, out of the way of all others, until the endpoint is enabled and wakes them. The share lock
-- on such an endpoint sees to it that whatever is put off is there for whoever enables it to find; while somebody has
-- the endpoint locked its deliveries are claimed again at $3. Where tables are spread over machines an endpoint is on each of them, and a lock
-- would be taken on all: there put-off-deliveries.sql follows where something waits. $1 is now.
with due as materialized (
  select event_id, endpoint_id, bucket
    -- spread: , next_attempt_at as due_at
  from webhook_delivery
  where status = 'pending' and next_attempt_at <= $1::timestamptz
  order by next_attempt_at
  limit 200
  for no key update skip locked -- on one machine
),
held as materialized ( -- on one machine
  select id from webhook_endpoint -- on one machine
  -- Written so that the partial index of those that are not deleted cannot be chosen.
  where id = any (array(select endpoint_id from due)) and case when deleted_at is null then disabled_at end is not null -- on one machine
  for share skip locked -- on one machine
), -- on one machine
told as materialized (
  select due.*, endpoint.id is null or endpoint.deleted_at is not null as gone, endpoint.disabled_at is not null as waits,
    held.id is not null as is_held, -- on one machine
    endpoint.url, endpoint.secret, endpoint.max_in_flight, endpoint.rate_per_s, endpoint.expects_posting
  from due
  left join webhook_endpoint as endpoint on endpoint.id = due.endpoint_id
  left join held on held.id = due.endpoint_id -- on one machine
),
claimed as (
  update webhook_delivery as delivery
  set
    status = case when told.gone then 'cancelled' else delivery.status end,
    settled_at = case when told.gone then $1::timestamptz end,
    attempts = delivery.attempts + case when told.gone or told.waits then 0 else 1 end,
    next_attempt_at = case
      when told.waits and told.is_held then 'infinity' -- on one machine
      when told.waits then $3::timestamptz
      else $2::timestamptz
    end
  from told
  where delivery.event_id = told.event_id and delivery.endpoint_id = told.endpoint_id and delivery.bucket = told.bucket
    -- spread: and delivery.status = 'pending' and delivery.next_attempt_at <= $1::timestamptz
  returning
    delivery.event_id, delivery.endpoint_id, delivery.bucket, delivery.environment_id, delivery.attempts as number,
    delivery.attempts_before as earlier, not (told.gone or told.waits) as to_send, told.url,
    encode(told.secret, 'base64') as secret, told.max_in_flight, told.rate_per_s, told.expects_posting, delivery.queue_id
    -- spread: , told.due_at, told.waits and not told.gone as waits
)
-- spread: , told_of as materialized (
-- spread:   select event.id, claimed.endpoint_id, event.type, event.body, event.personal, event.traceparent
-- spread:   from claimed join event on event.id = claimed.event_id and event.bucket = claimed.bucket
-- spread: )
select claimed.*, event.type, event.body, event.personal, event.traceparent
from claimed
-- spread: left join told_of as event on event.id = claimed.event_id and event.endpoint_id = claimed.endpoint_id
left join lateral ( -- on one machine
  select type, body, personal, traceparent from event -- on one machine
  where claimed.to_send and event.id = claimed.event_id and event.bucket = claimed.bucket -- on one machine
  offset 0 -- on one machine
) as event on true -- on one machine
-- spread: order by claimed.due_at, claimed.event_id
