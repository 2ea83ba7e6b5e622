-- purpose: indexes that find names which are reserved and not yet known to be applied
-- breaking: no
-- transaction: no
-- Both are empty where all rows lie on one machine.

create index concurrently if not exists idempotency_key_unsettled on idempotency_key (reserved_at) where reserved_at is not null;

create index concurrently if not exists payment_reference_unsettled on payment_reference (reserved_at)
  where reserved_at is not null;
