-- Gives references back to the payments that were to be replaced by those which they name ($5) and were not, as if
-- claim-replacements.sql had not been sent.
with released as (
  delete from replaced_payment as o
  using unnest($1::integer[], $2::text[], $3::text[], $4::integer[], $5::uuid[])
    as released (environment_id, channel, reference, bucket, replaced_by)
  where o.environment_id = released.environment_id and o.channel = released.channel
    and o.reference = released.reference and o.bucket = released.bucket and o.replaced_by = released.replaced_by
    -- spread: and o.bucket = any ($4::integer[])
  returning o.*
)
update payment_reference as kept
set payment_id = released.payment_id, fingerprint = released.fingerprint
from released
where kept.environment_id = released.environment_id and kept.channel = released.channel
  and kept.reference = released.reference and kept.bucket = released.bucket
  -- spread: and kept.bucket = any ($4::integer[])
