-- purpose: disputes and late failures: money that a processor takes back after success, and brings again
-- breaking: no

-- What a payer's bank disputes of a payment, by the processor's own reference of it.
create table dispute (
  id uuid not null,
  -- The payment's.
  bucket integer not null,
  environment_id integer not null,
  payment_id uuid not null,
  -- The payment's; null where its money is direct.
  customer_id uuid,
  processor text not null,
  processor_reference text not null,
  currency text not null,
  amount bigint not null check (amount > 0),
  reason text not null,
  status text not null check (status in ('warning', 'needs_response', 'under_review', 'lost', 'won', 'closed')),
  -- Until when the merchant may answer.
  respond_by timestamptz,
  -- The reversal by which the money was taken; null while it is here.
  reversal_id uuid,
  -- The ledger transaction by which it came back.
  reinstatement_id uuid,
  reinstated_at timestamptz,
  -- The event by which its end was told: that of the ledger transaction where money came back by it.
  closing_id uuid,
  closed_at timestamptz,
  -- When the processor is asked again.
  next_check_at timestamptz,
  version bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (environment_id, id, bucket),
  -- However often and in whatever order it is told of, it is one.
  unique (environment_id, processor, processor_reference, bucket),
  check ((reinstatement_id is null) = (reinstated_at is null)),
  check (reinstatement_id is null or reversal_id is not null and status = 'won' and closing_id = reinstatement_id),
  check ((status in ('lost', 'won', 'closed')) = (closing_id is not null) and (closing_id is null) = (closed_at is null))
) with (fillfactor = 90);
create index dispute_by_payment on dispute (payment_id, id);
create index dispute_by_customer on dispute (customer_id, id) where customer_id is not null;
create index dispute_due on dispute (next_check_at) where next_check_at is not null;

alter table payment_reversal
  add column direct_amount bigint not null default 0 check (direct_amount >= 0),
  -- What was taken beyond what was left of the payment: a loss. Of that, what other money covered that came back later.
  add column uncovered_amount bigint not null default 0 check (uncovered_amount >= 0),
  add column covered_amount bigint not null default 0 check (covered_amount between 0 and uncovered_amount),
  -- What the processor calls it, where it was the processor that took it.
  add column processor_reference text,
  -- The ledger transaction by which it came back.
  add column reinstatement_id uuid,
  add check (unapplied_amount + direct_amount + uncovered_amount <= amount),
  add check (processor_reference is not null or uncovered_amount = 0 and reinstatement_id is null);

-- What a processor takes is taken once.
create unique index payment_reversal_by_processor
  on payment_reversal (environment_id, payment_id, processor_reference, bucket) where processor_reference is not null;

-- Callbacks name a payment by the processor's own id of it. It is found by that too, and so are those that were paid before.
insert into processor_reference (environment_id, processor, reference, payment_id, bucket)
select c.environment_id, p.processor, c.processor_payment_id, c.payment_id,
  ('x' || substr(encode(sha256(convert_to(p.processor || E'\n' || c.processor_payment_id, 'utf8')), 'hex'), 1, 4))::bit(16)::integer
from charge as c
join payment as p on p.environment_id = c.environment_id and p.id = c.payment_id and p.bucket = c.bucket
where c.processor_payment_id is not null
on conflict do nothing;

-- What becomes of the money of a charge of the simulator after it has succeeded; null means that it stays.
alter table simulator_charge
  add column later text check (later in ('dispute_won', 'dispute_lost', 'dispute_warning', 'dispute_jumbled', 'late_failure'));
