-- Claims one idempotency key, as claim-keys.sql does many: where tables are spread, `on conflict` behind a select takes seven times as long.
insert into idempotency_key (environment_id, key, fingerprint, response_id, bucket)
values ($1, $2, $3, $4, $5)
on conflict do nothing
returning environment_id, key
