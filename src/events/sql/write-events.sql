-- The events of one transaction.
insert into event (id, bucket, environment_id, type, subject_id, body, created_at, personal, traceparent)
select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[]), unnest($4::text[]), unnest($5::uuid[]),
  unnest(string_to_array($6::text, chr(30))), unnest($7::timestamptz[]), unnest(string_to_array($8::text, chr(30), '')),
  unnest($9::text[])
