-- Deletes keys, as long as they stand for the responses that are deleted with them.
delete from idempotency_key as k
using unnest($1::integer[], $2::text[], $3::integer[], $4::uuid[]) as old (environment_id, key, bucket, response_id)
where k.environment_id = old.environment_id and k.key = old.key and k.bucket = old.bucket and k.bucket = any ($3::integer[])
  and k.response_id = old.response_id
