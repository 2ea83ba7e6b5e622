-- Writes lines of a settlement, except those that a settlement has told of already. The unique key is what books a fee once.
insert into settlement_line (id, bucket, environment_id, processor, reference, settlement_id, kind, currency, gross, fee, occurred_at,
  told_payment_id, charge_reference, refund_reference, settlement_reference, matched, payment_id, refund_id, matched_at, created_at)
select id, bucket, environment_id, processor, reference, settlement_id, kind, currency, gross, fee, occurred_at, told_payment_id,
  charge_reference, refund_reference, settlement_reference, matched, payment_id, refund_id,
  case when matched then $19::timestamptz end, $19::timestamptz
from unnest($1::uuid[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::bigint[],
  $10::bigint[], $11::timestamptz[], $12::uuid[], $13::text[], $14::text[], $15::text[], $16::boolean[], $17::uuid[], $18::uuid[])
  as l (id, bucket, environment_id, processor, reference, settlement_id, kind, currency, gross, fee, occurred_at, told_payment_id,
    charge_reference, refund_reference, settlement_reference, matched, payment_id, refund_id)
on conflict do nothing
returning id
