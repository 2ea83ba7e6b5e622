-- purpose: bank transfers: the account to transfer to, what payers announce, and what the bank says of a payment
-- breaking: no

-- The bank account that payers transfer to. It is shown to every payer, so it is no secret.
alter table environment_processor add column bank_account jsonb;

-- What the bank says of a payment: its text, and who paid from where. Null for most, so that it takes no room.
alter table payment add column details json;

-- A transfer that a payer was shown the bank's details for. It is no payment and moves no money: the line of the bank is the payment.
create table transfer_notice (
  id uuid not null,
  -- The customer's, or that of the request or session.
  bucket integer not null,
  environment_id integer not null,
  -- What the payer writes into the transfer.
  code text not null,
  -- `announced` once the payer has said that it was sent. `expires_at` ends both by itself; the status follows when a job comes by.
  status text not null check (status in ('shown', 'announced', 'settled', 'expired')),
  -- Null when it is for nothing in Billing.
  customer_id uuid,
  -- Whose page it was made on; null for that of a request or session.
  target_id uuid,
  checkout_id uuid,
  checkout_kind text check (checkout_kind in ('request', 'session')),
  currency text not null,
  amount bigint not null check (amount between 1 and 999999999999),
  -- What its payer chose to pay, in order. Of a request or session the target says it when the money arrives.
  chosen_ids uuid[] not null,
  chosen_kinds text[] not null,
  chosen_amounts bigint[] not null,
  -- The payment that ended it.
  settled_by uuid,
  version bigint not null default 1,
  announced_at timestamptz,
  settled_at timestamptz,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (environment_id, id, bucket),
  check ((status = 'settled') = (settled_by is not null) and (settled_by is null) = (settled_at is null)),
  check (status <> 'announced' or announced_at is not null),
  check ((target_id is null) = (checkout_id is not null) and (checkout_id is null) = (checkout_kind is null)),
  check (target_id is null or customer_id is not null),
  check (cardinality(chosen_ids) = cardinality(chosen_kinds) and cardinality(chosen_ids) = cardinality(chosen_amounts)),
  check ((cardinality(chosen_ids) = 0) = (target_id is null))
) with (fillfactor = 90);
create index transfer_notice_by_customer on transfer_notice (customer_id, id) where customer_id is not null;
create index transfer_notice_by_checkout on transfer_notice (checkout_id, id) where checkout_id is not null;
create index transfer_notice_by_status on transfer_notice (environment_id, status, id);
create index transfer_notice_due on transfer_notice (expires_at) where status in ('shown', 'announced');

-- Which notice a code belongs to, for good: money may come with it however late.
create table transfer_code (
  environment_id integer not null,
  code text not null,
  notice_id uuid not null,
  bucket integer not null,
  primary key (environment_id, code, bucket)
);
