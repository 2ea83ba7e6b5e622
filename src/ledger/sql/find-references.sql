select p.*
from unnest($1::integer[], $2::text[], $3::text[], $4::integer[]) as lost (environment_id, channel, reference, bucket)
cross join lateral (
  select environment_id, channel, reference, payment_id, fingerprint, false as replaced
  from payment_reference as kept
  where kept.environment_id = lost.environment_id and kept.channel = lost.channel and kept.reference = lost.reference
    and kept.bucket = lost.bucket
    -- spread: and kept.bucket = any ($4::integer[])
  union all
  select environment_id, channel, reference, payment_id, fingerprint, true
  from replaced_payment as kept
  where kept.environment_id = lost.environment_id and kept.channel = lost.channel and kept.reference = lost.reference
    and kept.bucket = lost.bucket
    -- spread: and kept.bucket = any ($4::integer[])
  -- Forces an index look-up for each, whatever the planner thinks of the size of the table.
  offset 0 -- on one machine
) as p
order by p.replaced
