-- Claims idempotency keys. The unique key is what makes it idempotent: a claim that returns a row has won, and nothing
-- is checked before. A key of a transaction that is still running is waited for.
insert into idempotency_key (environment_id, key, fingerprint, response_id, bucket)
select unnest($1::integer[]), unnest($2::text[]), unnest($3::bytea[]), unnest($4::uuid[]), unnest($5::integer[])
on conflict do nothing
returning environment_id, key
