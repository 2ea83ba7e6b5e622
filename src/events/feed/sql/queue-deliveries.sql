-- Puts deliveries to endpoints that are ordered into the queues of what their events are about, at the positions of the feed: an
-- application and its reversal stand in the queue of their receivable, and everything else in that of its own object. They wait there, due at no time,
-- until they get their turn. $1 to $3 are the endpoints, the events and their buckets.
update webhook_delivery as delivery
set queue_id = coalesce(application.receivable_id, event.subject_id), queue_position = feed.position
from unnest($1::uuid[], $2::uuid[], $3::integer[]) as sent (endpoint_id, event_id, bucket)
join event on event.id = sent.event_id and event.bucket = sent.bucket
-- spread: and event.bucket = any ($3::integer[])
join event_feed as feed on feed.event_id = sent.event_id and feed.bucket = sent.bucket
-- spread: and feed.bucket = any ($3::integer[])
left join application_reversal as reversal on reversal.id = event.subject_id and reversal.bucket = event.bucket
-- spread: and reversal.bucket = any ($3::integer[])
left join application on application.environment_id = event.environment_id and application.bucket = event.bucket
  and application.id = coalesce(reversal.application_id, event.subject_id)
  -- spread: and application.bucket = any ($3::integer[])
where delivery.event_id = sent.event_id and delivery.endpoint_id = sent.endpoint_id and delivery.bucket = sent.bucket
  and delivery.bucket = any ($3::integer[]) and delivery.status = 'pending'
returning delivery.endpoint_id, delivery.queue_id
