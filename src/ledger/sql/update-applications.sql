update application as a
set reversed_amount = c.reversed_amount, version = c.version, updated_at = $6::timestamptz
from unnest($1::uuid[], $2::integer[], $3::integer[], $4::bigint[], $5::bigint[])
  as c (id, bucket, environment_id, reversed_amount, version)
where a.id = c.id and a.bucket = c.bucket and a.environment_id = c.environment_id
-- spread: and a.bucket = any ($2::integer[])
