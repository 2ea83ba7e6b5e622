select p.*
from unnest($1::integer[], $2::text[], $3::text[], $4::integer[]) as lost (environment_id, channel, reference, bucket) -- on one machine
cross join lateral ( -- on one machine
-- spread: from (
  select kept.environment_id, kept.channel, kept.reference, kept.payment_id, kept.fingerprint, false as replaced
  from payment_reference as kept
  -- spread: join unnest($1::integer[], $2::text[], $3::text[], $4::integer[]) as lost (environment_id, channel, reference, bucket)
  -- spread:   on kept.bucket = any ($4::integer[]) and
  where -- on one machine
    kept.environment_id = lost.environment_id and kept.channel = lost.channel and kept.reference = lost.reference
    and kept.bucket = lost.bucket
  union all
  select kept.environment_id, kept.channel, kept.reference, kept.payment_id, kept.fingerprint, true
  from replaced_payment as kept
  -- spread: join unnest($1::integer[], $2::text[], $3::text[], $4::integer[]) as lost (environment_id, channel, reference, bucket)
  -- spread:   on kept.bucket = any ($4::integer[]) and
  where -- on one machine
    kept.environment_id = lost.environment_id and kept.channel = lost.channel and kept.reference = lost.reference
    and kept.bucket = lost.bucket
  -- Forces an index look-up for each, whatever the planner thinks of the size of the table.
  offset 0 -- on one machine
) as p
order by p.replaced
