-- Deletes up to $2 responses whose keys were claimed before $1, oldest first, and those keys. The id of a response
-- begins with the time, so the primary key finds them.
with old as (
  delete from idempotency_response
  where (id, bucket) in (
    select id, bucket from idempotency_response where id < id_at($1::timestamptz) order by id limit $2::integer)
  returning environment_id, key, bucket
)
delete from idempotency_key as k
using old
where k.environment_id = old.environment_id and k.key = old.key and k.bucket = old.bucket
