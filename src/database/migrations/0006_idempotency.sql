-- purpose: the stored answer of every request that carried an Idempotency-Key
-- breaking: no
-- Not partitioned: a key must be unique across time. Rows are deleted in small steps after 24 hours.

create table idempotency (
  environment_id integer not null,
  key text not null,
  fingerprint bytea not null,
  -- Null only inside the transaction that claimed the key.
  status integer,
  -- Encrypted (base64) where the answer holds a secret.
  body text,
  encrypted boolean not null default false,
  created_at timestamptz not null,
  bucket integer not null,
  primary key (environment_id, key, bucket)
-- An answer is about six times as long as the claim that it is written into. With this much room it stays on its page, so the
-- update touches no index: two entries less of a random and a rising key for every payment.
) with (fillfactor = 12);
create index idempotency_by_age on idempotency (created_at);
