-- Gives references to the payments that replace those which they name ($7). Who gets a row back has won: the reference still named
-- that payment, and it is wholly reversed, which is never undone, so that it needs no lock. The row of the reference is locked, and a
-- second one that wants to replace the same payment finds another name in it.
with held as (
  select kept.environment_id, kept.channel, kept.reference, kept.bucket, kept.payment_id, kept.fingerprint,
    claimed.payment_id as replaced_by, claimed.fingerprint as fingerprint_by
  from (
    select unnest($1::integer[]) as environment_id, unnest($2::text[]) as channel, unnest($3::text[]) as reference,
      unnest($4::integer[]) as bucket, unnest($5::uuid[]) as payment_id, unnest($6::bytea[]) as fingerprint,
      unnest($7::uuid[]) as replaces, unnest($8::integer[]) as replaces_bucket
  ) as claimed
  join payment_reference as kept
    on kept.environment_id = claimed.environment_id and kept.channel = claimed.channel
    and kept.reference = claimed.reference and kept.bucket = claimed.bucket and kept.payment_id = claimed.replaces
    -- spread: and kept.bucket = any ($4::integer[])
  join payment as p
    on p.environment_id = claimed.environment_id and p.id = claimed.replaces and p.bucket = claimed.replaces_bucket
    and p.reversed_amount = p.amount
    -- spread: and p.bucket = any ($8::integer[])
  order by kept.environment_id, kept.channel, kept.reference
  for update of kept
), named as (
  update payment_reference as kept
  set payment_id = held.replaced_by, fingerprint = held.fingerprint_by
  from held
  where kept.environment_id = held.environment_id and kept.channel = held.channel
    and kept.reference = held.reference and kept.bucket = held.bucket
    -- spread: and kept.bucket = any ($4::integer[])
)
insert into replaced_payment (environment_id, channel, reference, payment_id, fingerprint, replaced_by, bucket)
select environment_id, channel, reference, payment_id, fingerprint, replaced_by, bucket from held
returning environment_id, channel, reference
