delete from payment_reference as p
using unnest($1::integer[], $2::text[], $3::text[], $4::integer[]) as released (environment_id, channel, reference, bucket)
where p.environment_id = released.environment_id and p.channel = released.channel
  and p.reference = released.reference and p.bucket = released.bucket
  -- spread: and p.bucket = any ($4::integer[])
