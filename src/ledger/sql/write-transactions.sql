insert into ledger_transaction
  (id, bucket, environment_id, kind, source_id, reason, label, reference, request_id, actor, effective_at, recorded_at)
select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[]), unnest($4::text[]), unnest($5::uuid[]),
  unnest($6::text[]), unnest($7::text[]), unnest($8::text[]), unnest($9::text[]), unnest($10::text[]),
  unnest($11::timestamptz[]), $12::timestamptz
