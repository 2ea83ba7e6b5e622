-- Extends claims until $6 that this process still holds: the attempt is the latest of the delivery, and the claim expires
-- when this process says. A delivery whose outcome has been written meanwhile is due at another time and stays so.
update webhook_delivery as delivery
set next_attempt_at = $6::timestamptz
from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::timestamptz[])
  as held (event_id, endpoint_id, bucket, number, until)
where delivery.event_id = held.event_id and delivery.endpoint_id = held.endpoint_id and delivery.bucket = held.bucket
  and delivery.bucket = any ($3::integer[])
  and delivery.attempts = held.number and delivery.next_attempt_at = held.until and delivery.settled_at is null
returning delivery.event_id, delivery.endpoint_id
