-- Puts deliveries off for good whose endpoints are locked and take nothing, and which nobody has claimed since they were claimed until $4. Sent
-- where tables are spread over machines, behind claim-deliveries.sql.
update webhook_delivery as delivery
set next_attempt_at = 'infinity'
from unnest($1::uuid[], $2::uuid[], $3::integer[]) as waiting (event_id, endpoint_id, bucket)
where delivery.event_id = waiting.event_id and delivery.endpoint_id = waiting.endpoint_id and delivery.bucket = waiting.bucket
  and delivery.bucket = any ($3::integer[])
  and delivery.status = 'pending' and delivery.next_attempt_at = $4::timestamptz
