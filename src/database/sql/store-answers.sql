-- Keeps the answers of keys that this transaction has claimed. Every row is there already: the unique key finds it, with no
-- plan that could be made for a small table and kept for a large one, as an update that joins a list has.
insert into idempotency (environment_id, key, bucket, status, body, encrypted, fingerprint, created_at)
select unnest($1::integer[]), unnest($2::text[]), unnest($3::integer[]), unnest($4::integer[]),
  unnest(string_to_array($5::text, chr(30))), unnest($6::boolean[]), '', 'epoch'
on conflict (environment_id, key, bucket)
do update set status = excluded.status, body = excluded.body, encrypted = excluded.encrypted
