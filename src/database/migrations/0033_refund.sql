-- purpose: refunds: money of a payment that is sent back, by hand or through its processor
-- breaking: no

alter table payment
  add column refunded_amount bigint not null default 0 check (refunded_amount >= 0),
  drop constraint payment_amounts_check,
  -- However many refunds and reversals come at once, no more goes out than came in.
  add constraint payment_amounts_check check (
    applied_amount + unapplied_amount + reversed_amount + refunded_amount + direct_amount
      = case when status = 'succeeded' then amount else 0 end
  ) not valid;

-- Set when it was refunded; no more than one of the two is set.
alter table application_reversal add column refund_id uuid;

create table refund (
  id uuid not null,
  -- The payment's.
  bucket integer not null,
  environment_id integer not null,
  payment_id uuid not null,
  -- The payment's; null where its money is direct.
  customer_id uuid,
  currency text not null,
  amount bigint not null check (amount > 0),
  -- What of it was taken from the unapplied and from the direct part; the rest was taken from applications.
  unapplied_amount bigint not null check (unapplied_amount >= 0),
  direct_amount bigint not null check (direct_amount >= 0),
  status text not null check (status in ('pending', 'succeeded', 'failed')),
  reason text not null,
  -- Of one by hand: how it was sent.
  channel text,
  reference text,
  -- Of one through a processor, with the id that the processor gave it, once that is known.
  processor text,
  processor_reference text,
  -- Why it failed, and the ledger transaction by which its money came back.
  failure jsonb,
  failure_id uuid,
  -- The Idempotency-Key that waits for the response, which is stored when the processor has been asked.
  idempotency_key text,
  response_id uuid,
  -- When the processor is asked again.
  next_check_at timestamptz,
  version bigint not null default 1,
  -- When the money was sent.
  refunded_at timestamptz not null,
  succeeded_at timestamptz,
  failed_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (environment_id, id, bucket),
  check (unapplied_amount + direct_amount <= amount),
  check ((processor is null) = (channel is not null) and (channel is null) = (reference is null)),
  check (processor is not null or status = 'succeeded'),
  check ((status = 'failed') = (failure_id is not null) and (failure_id is null) = (failed_at is null)),
  check (status <> 'succeeded' or succeeded_at is not null),
  check ((idempotency_key is null) = (response_id is null))
) with (fillfactor = 90);
create index refund_by_payment on refund (payment_id, id);
create index refund_by_customer on refund (customer_id, id) where customer_id is not null;
create index refund_due on refund (next_check_at) where next_check_at is not null;

-- The reference of a refund by hand is unique for ever per environment and channel, like that of a payment.
create table refund_reference (
  environment_id integer not null,
  channel text not null,
  reference text not null,
  refund_id uuid not null,
  -- Of what was asked for: the same refund again, or a conflict.
  fingerprint bytea not null,
  bucket integer not null,
  primary key (environment_id, channel, reference, bucket)
);

-- The simulator's own books. The id is that of the refund: asking for it again sends nothing twice.
create table simulator_refund (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  charge_id uuid not null,
  amount bigint not null,
  status text not null check (status in ('pending', 'succeeded', 'failed')),
  -- What it becomes, and when.
  becomes text check (becomes in ('succeeded', 'failed')),
  settles_at timestamptz,
  created_at timestamptz not null,
  primary key (id, bucket)
);

-- What becomes of the refunds of a charge; null means that they succeed.
alter table simulator_charge
  add column refunds text check (refunds in ('succeeded', 'pending_succeeded', 'pending_failed', 'succeeded_failed', 'refused'));
