-- purpose: every Idempotency-Key that was used, and the answer that it stands for
-- breaking: no
-- Two tables, since a key is claimed before its answer is known: what claims is small and never changes, and the answer is one
-- insert at the right edge of its index. With both in one row every payment wrote that row twice, and its index entries too:
-- 15 % of the database's time for a payment and a fifth of its log (docs/decisions/0008).
-- Not partitioned: a key must be unique across time. Rows are deleted in small steps after 24 hours.

create table idempotency_key (
  environment_id integer not null,
  key text not null,
  -- SHA-256 of the request that the key stands for.
  fingerprint bytea not null,
  -- It begins with the time of the claim and ends in the bucket of the key, so that both rows lie on one shard.
  answer_id uuid not null,
  bucket integer not null,
  primary key (environment_id, key, bucket)
);

create table idempotency_answer (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  key text not null,
  status integer not null,
  -- Encrypted (base64) where the answer holds a secret.
  body text not null,
  encrypted boolean not null,
  primary key (id, bucket)
);
