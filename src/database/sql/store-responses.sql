-- Stores the responses of keys that this transaction has claimed.
insert into idempotency_response (id, bucket, environment_id, key, status, body, encrypted)
select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[]), unnest($4::text[]), unnest($5::integer[]),
  unnest(string_to_array($6::text, chr(30))), unnest($7::boolean[])
