-- The keys with these names. Sent where tables are spread over machines, before find-responses-by-id.sql.
select k.environment_id, k.key, k.fingerprint, k.response_id
from unnest($1::integer[], $2::text[], $3::integer[]) as lost (environment_id, key, bucket)
join idempotency_key as k on k.environment_id = lost.environment_id and k.key = lost.key and k.bucket = lost.bucket
where k.bucket = any ($3::integer[])
