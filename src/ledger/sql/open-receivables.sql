insert into receivable
  (id, bucket, environment_id, balance, version, status, kind, customer_id, account_id, currency)
select * from unnest($1::uuid[], $2::integer[], $3::integer[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
  $8::uuid[], $9::uuid[], $10::text[])
