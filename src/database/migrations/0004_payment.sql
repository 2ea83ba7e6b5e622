-- purpose: payments, their applications to receivables, and what undoes them
-- breaking: no

create table payment (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  customer_id uuid not null,
  status text not null check (status in
    ('draft', 'initiating', 'pending_action', 'processing', 'succeeded', 'failed', 'cancelled', 'expired')),
  channel text not null,
  reference text,
  currency text not null,
  amount bigint not null check (amount between 1 and 999999999999),
  applied_amount bigint not null default 0 check (applied_amount >= 0),
  unapplied_amount bigint not null default 0 check (unapplied_amount >= 0),
  reversed_amount bigint not null default 0 check (reversed_amount >= 0),
  -- The receivable that the payer was asked to pay, for a payment through a page.
  target_id uuid,
  processor text,
  processor_reference text,
  -- Who got what, and by which rule. It is only ever read whole, and so are the metadata: taking them apart into jsonb and putting
  -- them together again would be in vain.
  explanation json,
  method_details jsonb,
  last_payment_error jsonb,
  metadata json not null default '{}',
  version bigint not null default 1,
  -- When the janitor is to ask the processor about it again, while it is unsettled.
  next_check_at timestamptz,
  received_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Every query names the environment, so one key finds a payment and lists an environment's by time: an index less to write.
  primary key (environment_id, id, bucket),
  -- Money does not vanish: what arrived is applied, unapplied or taken back.
  check (applied_amount + unapplied_amount + reversed_amount = case when status = 'succeeded' then amount else 0 end)
) with (fillfactor = 90);
create index payment_by_customer on payment (customer_id, id);
-- Recorded payments succeed at once, so they never enter this index.
create index payment_by_status on payment (environment_id, status, id) where status <> 'succeeded';
create index payment_unsettled on payment (updated_at) where status in ('initiating', 'pending_action', 'processing');
create index payment_unsettled_by_customer on payment (customer_id)
  where status in ('initiating', 'pending_action', 'processing');

-- A payment's reference is unique for ever per environment and channel: exactly-once of recorded money rests on it.
create table payment_reference (
  environment_id integer not null,
  channel text not null,
  reference text not null,
  payment_id uuid not null,
  -- Of the amount, the currency and the target: the same money again, or a conflict.
  fingerprint bytea not null,
  bucket integer not null,
  primary key (environment_id, channel, reference, bucket)
);

-- The processor's own id of a payment, so that one of its charges can never be applied to two payments.
create table processor_reference (
  environment_id integer not null,
  processor text not null,
  reference text not null,
  payment_id uuid not null,
  bucket integer not null,
  primary key (environment_id, processor, reference, bucket)
);

-- One amount of one payment applied to one receivable; the API shows it as an obligation.
create table application (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  customer_id uuid not null,
  payment_id uuid not null,
  receivable_id uuid not null,
  kind text not null check (kind in ('customer', 'account', 'bill')),
  currency text not null,
  amount bigint not null check (amount > 0),
  reversed_amount bigint not null default 0 check (reversed_amount between 0 and amount),
  transaction_id uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (environment_id, id, bucket)
) with (fillfactor = 90);
create index application_by_payment on application (payment_id);
create index application_by_customer on application (customer_id, id);

create table payment_reversal (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  payment_id uuid not null,
  amount bigint not null check (amount > 0),
  unapplied_amount bigint not null check (unapplied_amount between 0 and amount),
  reason text not null,
  created_at timestamptz not null,
  primary key (id, bucket)
);
create index payment_reversal_by_payment on payment_reversal (payment_id);

create table application_reversal (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  application_id uuid not null,
  -- Set when the whole payment was taken back; otherwise the money went back to unapplied.
  payment_reversal_id uuid,
  amount bigint not null check (amount > 0),
  reason text not null,
  transaction_id uuid not null,
  created_at timestamptz not null,
  primary key (id, bucket)
);
create index application_reversal_by_application on application_reversal (application_id);
