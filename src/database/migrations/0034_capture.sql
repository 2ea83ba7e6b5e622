-- purpose: authorised payments, and the captures and voids of what a processor holds for them
-- breaking: no

alter table checkout
  add column capture_method text not null default 'automatic' check (capture_method in ('automatic', 'manual'));

-- An authorisation is not money: what has arrived of a payment that is captured by hand is what was captured.
alter table payment
  -- Null: what is charged arrives at once.
  add column capture_method text check (capture_method = 'manual'),
  -- These are set when the payment is authorised, and null for every other.
  add column authorised_amount bigint,
  add column captured_amount bigint,
  add column voided_amount bigint,
  -- What captures and voids are to take that their processor has not answered yet.
  add column claimed_amount bigint,
  add column authorised_until timestamptz,
  drop constraint payment_amounts_check,
  add constraint payment_amounts_check check (
    applied_amount + unapplied_amount + reversed_amount + refunded_amount + direct_amount
      = case when status = 'succeeded' then coalesce(captured_amount, amount) else 0 end
  ) not valid,
  -- However many captures and voids come at once, they take no more than was authorised.
  add constraint payment_authorisation_check check (
    case when capture_method is null or status <> 'succeeded'
      then num_nonnulls(authorised_amount, captured_amount, voided_amount, claimed_amount, authorised_until) = 0
      else num_nonnulls(authorised_amount, captured_amount, voided_amount, claimed_amount, authorised_until) = 5
        and least(captured_amount, voided_amount, claimed_amount) >= 0
        and captured_amount + voided_amount + claimed_amount <= authorised_amount end
  ) not valid;

-- The payments of which a part is authorised and neither captured nor voided.
create table open_authorisation (
  payment_id uuid not null,
  -- The payment's, as are the others.
  bucket integer not null,
  environment_id integer not null,
  customer_id uuid,
  processor text not null,
  -- When what is left is let go of.
  release_at timestamptz not null,
  primary key (environment_id, payment_id, bucket)
);
create index open_authorisation_due on open_authorisation (release_at);
create index open_authorisation_by_customer on open_authorisation (customer_id) where customer_id is not null;

-- What was taken of an authorisation, or let go of it.
create table capture (
  id uuid not null,
  -- The payment's.
  bucket integer not null,
  environment_id integer not null,
  payment_id uuid not null,
  kind text not null check (kind in ('capture', 'void')),
  status text not null check (status in ('pending', 'succeeded', 'failed')),
  amount bigint not null check (amount > 0),
  -- What the processor lets go of with a capture, where it can capture only once.
  released_amount bigint not null default 0 check (released_amount >= 0),
  -- Why something was let go of.
  reason text check (reason in ('requested', 'expired', 'partial_capture', 'released')),
  metadata json not null default '{}',
  failure jsonb,
  -- The id of its event, which is that of the ledger transaction of a capture.
  told_id uuid,
  -- What the money of a capture was applied to at its time.
  obligation_ids uuid[],
  -- The Idempotency-Key that waits for the response, which is stored when the processor has answered.
  idempotency_key text,
  response_id uuid,
  -- When the processor is asked again.
  next_check_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (environment_id, id, bucket),
  check ((kind = 'void') = (reason is not null)),
  check (kind = 'capture' or released_amount = 0),
  check ((status = 'succeeded') = (told_id is not null) and (status = 'failed') = (failure is not null)),
  check ((idempotency_key is null) = (response_id is null))
) with (fillfactor = 90);
create index capture_by_payment on capture (payment_id, id);
create index capture_due on capture (next_check_at) where next_check_at is not null;

-- The simulator's own books.
alter table simulator_charge
  add column capture_method text check (capture_method = 'manual'),
  add column captured_amount bigint not null default 0,
  add column voided_amount bigint not null default 0,
  -- What becomes of captures; null means that they succeed, for a week.
  add column captures text check (captures in ('succeeded', 'answer_lost', 'expires_soon')),
  add constraint simulator_charge_captured_check
    check (captured_amount >= 0 and voided_amount >= 0 and captured_amount + voided_amount <= amount) not valid;

-- What the simulator has captured and let go of, by the key that it was asked with: it does nothing twice for one.
create table simulator_capture (
  -- By which its settlement names it.
  id uuid not null,
  key text not null,
  bucket integer not null,
  environment_id integer not null,
  charge_id uuid not null,
  kind text not null check (kind in ('capture', 'void')),
  amount bigint not null,
  created_at timestamptz not null,
  primary key (environment_id, key, bucket)
);
