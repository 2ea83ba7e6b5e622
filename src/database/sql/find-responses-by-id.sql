-- Responses by their ids.
select id, status, body, encrypted
from idempotency_response
where environment_id = any ($1::integer[]) and id = any ($2::uuid[]) and bucket = any ($3::integer[])
