-- Writes the amounts of a locked payment that is captured by hand, and forgets its authorisation when nothing is left of it. With money
-- that is unapplied it is on the work list.
with settled as (
  update payment
  set applied_amount = $4, unapplied_amount = $5, direct_amount = $6, captured_amount = $7, voided_amount = $8, claimed_amount = $9,
    received_at = coalesce(received_at, $10::timestamptz), explanation = coalesce($11::json, explanation), version = version + 1,
    updated_at = $12
  where environment_id = $1 and id = $2 and bucket = $3
  returning environment_id, id, bucket, unapplied_amount, captured_amount + voided_amount = authorised_amount as ended
), opened as (
  insert into open_payment (payment_id, bucket, environment_id, kind)
  select id, bucket, environment_id, 'unapplied' from settled where unapplied_amount > 0
  on conflict do nothing -- on one machine
  -- The payment is locked, so nobody puts it there meanwhile.
  -- spread: and not exists (
  -- spread:   select 1 from open_payment as o
  -- spread:   where o.environment_id = $1 and o.payment_id = $2 and o.kind = 'unapplied' and o.bucket = $3)
)
delete from open_authorisation as o using settled as s
where o.environment_id = s.environment_id and o.payment_id = s.id and o.bucket = s.bucket and s.ended
