-- Writes the amounts of a locked payment, and whether it is on a work list.
with corrected as (
  update payment
  set applied_amount = $4, unapplied_amount = $5, reversed_amount = $6, refunded_amount = $7, direct_amount = $8,
    suspense_amount = $10, transferred_amount = $11, version = version + 1, updated_at = $9
  where environment_id = $1 and id = $2 and bucket = $3
  returning environment_id, id, bucket, unapplied_amount, suspense_amount
), kinds as (
  select c.environment_id, c.id, c.bucket, k.kind, k.amount > 0 as is_open
  from corrected as c
  cross join lateral (values ('unapplied', c.unapplied_amount), ('unidentified', c.suspense_amount)) as k (kind, amount)
), closed as (
  delete from open_payment as o using kinds as k
  where o.environment_id = k.environment_id and o.kind = k.kind and o.payment_id = k.id and o.bucket = k.bucket and not k.is_open
), opened as (
  insert into open_payment (payment_id, bucket, environment_id, kind)
  select id, bucket, environment_id, kind from kinds where is_open
  on conflict do nothing
)
select id from corrected
