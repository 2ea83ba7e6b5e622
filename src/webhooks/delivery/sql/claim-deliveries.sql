-- Claims up to 200 due deliveries for this process until $2, counting an attempt for each. Never by a cursor: an id
-- that commits late would be skipped. Deliveries of a deleted endpoint are cancelled; those of a disabled one are
-- claimed again at $3, so that they do not block the head of the index. $1 is now.
with due as materialized (
  select event_id, endpoint_id, bucket
  from webhook_delivery
  where status = 'pending' and next_attempt_at <= $1::timestamptz
  order by next_attempt_at
  limit 200
  for no key update skip locked
),
claimed as (
  update webhook_delivery as delivery
  set
    status = case when state.gone then 'cancelled' else delivery.status end,
    settled_at = case when state.gone then $1::timestamptz end,
    attempts = delivery.attempts + case when state.gone or state.paused then 0 else 1 end,
    next_attempt_at = case when state.paused then $3::timestamptz else $2::timestamptz end
  from due
  left join webhook_endpoint as endpoint on endpoint.id = due.endpoint_id
  cross join lateral (
    select endpoint.id is null or endpoint.deleted_at is not null as gone, endpoint.disabled_at is not null as paused
  ) as state
  where delivery.event_id = due.event_id and delivery.endpoint_id = due.endpoint_id and delivery.bucket = due.bucket
  returning
    delivery.event_id, delivery.endpoint_id, delivery.bucket, delivery.environment_id, delivery.attempts as number,
    not (state.gone or state.paused) as to_send, endpoint.url, encode(endpoint.secret, 'base64') as secret
)
select claimed.*, event.body, event.personal
from claimed
left join lateral (
  select body, personal from event
  where claimed.to_send and event.id = claimed.event_id and event.bucket = claimed.bucket
  offset 0
) as event on true
