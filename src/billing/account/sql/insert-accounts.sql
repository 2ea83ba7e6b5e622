insert into account (id, bucket, environment_id, customer_id, external_reference, name, currency, payment_rules, metadata,
  created_at, updated_at)
select id, bucket, environment_id, customer_id, external_reference, name, currency, payment_rules::jsonb, metadata::jsonb,
  $10::timestamptz, $10::timestamptz
from unnest($1::uuid[], $2::integer[], $3::integer[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::text[])
  as new (id, bucket, environment_id, customer_id, external_reference, name, currency, payment_rules, metadata)
