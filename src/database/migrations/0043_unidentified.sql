-- purpose: money whose payer is unknown, and the customer that it is assigned to; what waits for somebody to decide
-- breaking: no

alter table payment
  -- What is kept for a payer who is not known.
  add column suspense_amount bigint not null default 0 check (suspense_amount >= 0),
  -- What went on as another payment, and the payment that this one came of.
  add column transferred_amount bigint not null default 0 check (transferred_amount >= 0),
  add column transferred_from uuid,
  drop constraint payment_amounts_check,
  -- However many assignments, refunds and reversals come at once, no more goes out than came in.
  add constraint payment_amounts_check check (
    applied_amount + unapplied_amount + suspense_amount + transferred_amount + reversed_amount + refunded_amount + direct_amount
      = case when status = 'succeeded' then coalesce(captured_amount, amount) else 0 end
  ) not valid,
  -- Money of no customer is that of a request or session, or lies in suspense, from where it goes on.
  drop constraint payment_customer_check,
  add constraint payment_customer_check
    check (customer_id is not null or checkout_id is not null or status = 'succeeded' and direct_amount = 0) not valid,
  add constraint payment_suspense_check check (suspense_amount = 0 or customer_id is null and checkout_id is null) not valid;

-- What a reversal or a refund took of money whose payer is unknown.
alter table payment_reversal add column suspense_amount bigint not null default 0 check (suspense_amount >= 0);
alter table refund add column suspense_amount bigint not null default 0 check (suspense_amount >= 0);

-- Which payment became which. It is the first one's: found by it, while the other is in its customer's bucket.
create table payment_transfer (
  payment_id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  -- The payment that came of it.
  transfer_id uuid not null,
  amount bigint not null check (amount > 0),
  created_at timestamptz not null,
  primary key (environment_id, payment_id, transfer_id, bucket)
);

-- The payments with money that is not where it belongs yet. A list of its own: the hot table gets no index for it.
create table open_payment (
  payment_id uuid not null,
  -- The payment's.
  bucket integer not null,
  environment_id integer not null,
  kind text not null check (kind in ('unidentified', 'unapplied')),
  primary key (environment_id, kind, payment_id, bucket)
);
insert into open_payment (payment_id, bucket, environment_id, kind)
select id, bucket, environment_id, 'unapplied' from payment where unapplied_amount > 0;
