insert into application_reversal (id, bucket, environment_id, application_id, payment_reversal_id, refund_id,
  amount, reason, transaction_id, transfer_id, created_at)
select *, $10::timestamptz
from unnest($1::uuid[], $2::integer[], $3::integer[], $4::uuid[], $5::uuid[], $6::uuid[], $7::bigint[], $8::text[],
  $9::uuid[], $11::uuid[])
