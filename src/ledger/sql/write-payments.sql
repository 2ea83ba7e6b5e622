insert into payment (id, bucket, environment_id, customer_id, channel, reference, currency, amount, applied_amount,
  unapplied_amount, explanation, metadata, received_at, status, created_at, updated_at, replaces, direct_amount,
  checkout_id, details, suspense_amount)
select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[]), unnest($4::uuid[]), unnest($5::text[]),
  unnest($6::text[]), unnest($7::text[]), unnest($8::bigint[]), unnest($9::bigint[]), unnest($10::bigint[]),
  unnest(string_to_array($11::text, chr(30)))::json, unnest(string_to_array($12::text, chr(30)))::json,
  unnest($13::timestamptz[]), 'succeeded', $14::timestamptz, $14::timestamptz, unnest($15::uuid[]),
  unnest($16::bigint[]), unnest($17::uuid[]), unnest(string_to_array($18::text, chr(30), ''))::json, unnest($19::bigint[])
