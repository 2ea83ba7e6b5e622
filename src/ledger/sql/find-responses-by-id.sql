-- The responses that reserved keys stand for, by their ids.
select id, status, body
from idempotency_response
where environment_id = any ($1::integer[]) and id = any ($2::uuid[]) and bucket = any ($3::integer[])
