-- Claims idempotency keys. The unique key is the idempotency: who gets a row back has won, and there is no check before it.
-- A key whose transaction is still running is waited for.
insert into idempotency (environment_id, key, fingerprint, bucket, created_at)
select unnest($1::integer[]), unnest($2::text[]), unnest($3::bytea[]), unnest($4::integer[]), $5::timestamptz
on conflict do nothing
returning environment_id, key
