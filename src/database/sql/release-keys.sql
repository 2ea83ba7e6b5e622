-- A claim whose response is not stored (a 404, a lost reference) must not stay behind as an orphan.
delete from idempotency_key as i
using unnest($1::integer[], $2::text[], $3::integer[]) as released (environment_id, key, bucket)
where i.environment_id = released.environment_id and i.key = released.key and i.bucket = released.bucket
-- spread: and i.bucket = any ($3::integer[])
