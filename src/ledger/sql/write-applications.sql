insert into application (id, bucket, environment_id, customer_id, payment_id, receivable_id, kind, currency, amount,
  transaction_id, created_at, updated_at)
select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[]), unnest($4::uuid[]), unnest($5::uuid[]),
  unnest($6::uuid[]), unnest($7::text[]), unnest($8::text[]), unnest($9::bigint[]), unnest($10::uuid[]), $11::timestamptz,
  $11::timestamptz
