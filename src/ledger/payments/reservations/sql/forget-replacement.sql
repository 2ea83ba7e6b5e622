-- Sent behind give-back-reference.sql: what was given back was not replaced.
delete from replaced_payment as old
where old.environment_id = $1 and old.channel = $2 and old.reference = $3 and old.bucket = $4 and old.replaced_by = $5
  and not exists (
    select 1 from payment_reference as kept
    where kept.environment_id = $1 and kept.channel = $2 and kept.reference = $3 and kept.bucket = $4 and kept.payment_id = $5)
