-- New receivables where tables are spread over machines: whether they may be overpaid is copied onto them behind it (follow-rules.sql).
insert into receivable
  (id, bucket, environment_id, balance, version, status, kind, customer_id, account_id, currency, external_reference,
  owed_since, moved_at)
select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[]), unnest($4::bigint[]), unnest($5::bigint[]),
  unnest($6::text[]), unnest($7::text[]), unnest($8::uuid[]), unnest($9::uuid[]), unnest($10::text[]), unnest($11::text[]),
  unnest($12::timestamptz[]), unnest($13::timestamptz[])
