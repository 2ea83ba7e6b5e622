-- An account without an overpayment rule of its own has its customer's. The customer is locked until the balance of the
-- account is written: otherwise a concurrent change of its rules would not see the new row, nor this statement the
-- change.
insert into receivable
  (id, bucket, environment_id, balance, version, status, kind, customer_id, account_id, currency, external_reference,
  owed_since, moved_at, overpayment_allowed)
select
  id, bucket, environment_id, balance, version, status, kind, customer_id, account_id, currency, external_reference,
  owed_since, moved_at,
  case when kind <> 'bill' then coalesce(
    (select payment_rules -> 'overpayment_allowed' from account where id = o.account_id and bucket = o.bucket),
    (select payment_rules -> 'overpayment_allowed' from customer where id = o.customer_id and bucket = o.bucket for share)
  )::boolean end
from unnest($1::uuid[], $2::integer[], $3::integer[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
  $8::uuid[], $9::uuid[], $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[])
  as o (id, bucket, environment_id, balance, version, status, kind, customer_id, account_id, currency, external_reference,
    owed_since, moved_at)
