select i.*
from unnest($1::integer[], $2::text[], $3::integer[]) as lost (environment_id, key, bucket)
cross join lateral (
  select environment_id, key, fingerprint, status, body, encrypted
  from idempotency as kept
  where kept.environment_id = lost.environment_id and kept.key = lost.key and kept.bucket = lost.bucket
    and kept.status is not null
  -- Looks each one up by the index, whatever the planner thinks of the table's size.
  offset 0
) as i
