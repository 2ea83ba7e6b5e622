-- purpose: the keys that encrypt and derive, wrapped by the operator's encryption key, so that that one can be exchanged
-- breaking: no

-- The same keys once for each encryption key that opens them: one row, and two while it is exchanged.
create table data_key_wrap (
  -- Of the encryption key that opens this row: the HMAC of a fixed label.
  fingerprint bytea primary key,
  wrapped bytea not null,
  created_at timestamptz not null
);
