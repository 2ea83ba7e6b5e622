insert into ledger_entry
  (id, bucket, environment_id, transaction_id, receivable_id, system_account, currency, amount, version, balance_after)
select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[]), unnest($4::uuid[]), unnest($5::uuid[]),
  unnest($6::text[]), unnest($7::text[]), unnest($8::bigint[]), unnest($9::bigint[]), unnest($10::bigint[])
