-- purpose: payment requests and payment sessions, and the money of those that are for nothing in Billing
-- breaking: no

-- What a merchant asks for: an amount, to be paid at an address. A request is sent to the payer, a session is what a merchant's own
-- page hands over to. Each attempt to pay one is a payment.
create table checkout (
  id uuid not null,
  -- The customer's, where it is for one.
  bucket integer not null,
  environment_id integer not null,
  kind text not null check (kind in ('request', 'session')),
  type text not null check (type in ('link', 'push', 'one_time')),
  -- `expires_at` ends an active one by itself; the status follows when a job comes by, and is told then.
  status text not null check (status in ('active', 'paid', 'expired', 'cancelled', 'failed')),
  -- Where its money is applied; null when it is for nothing in Billing.
  customer_id uuid,
  target_kind text check (target_kind in ('customer', 'account', 'bill')),
  target_id uuid,
  currency text not null,
  amount bigint not null check (amount between 1 and 999999999999),
  external_reference text,
  description text,
  return_url text,
  -- The number that a push goes to.
  phone text,
  metadata json not null default '{}',
  -- The attempt that was begun last, and why it failed.
  attempt_id uuid,
  last_payment_error jsonb,
  -- The payment that paid it.
  payment_id uuid,
  version bigint not null default 1,
  expires_at timestamptz,
  cancelled_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (environment_id, id, bucket),
  check ((kind = 'session') = (type = 'one_time')),
  check ((target_id is null) = (target_kind is null) and (target_id is null) = (customer_id is null)),
  check ((status = 'paid') = (payment_id is not null))
) with (fillfactor = 90);
create index checkout_by_customer on checkout (customer_id, id) where customer_id is not null;
-- Lists by reference; that of a request is unique, but a session's is not.
create index checkout_by_reference on checkout (environment_id, external_reference, id) where external_reference is not null;
create index checkout_active on checkout (expires_at) where status = 'active';

-- Which checkout an address belongs to. The code itself is derived from the id and stored nowhere: only its HMAC is.
create table checkout_code (
  code_hash text not null,
  checkout_id uuid not null,
  environment_id integer not null,
  bucket integer not null,
  primary key (code_hash, bucket)
);

-- How long a payment session stays open.
alter table environment add column session_lifetime_h integer not null default 24 check (session_lifetime_h between 1 and 720);

alter table external_reference
  drop constraint external_reference_kind_check,
  add constraint external_reference_kind_check
    check (kind in ('customer', 'account', 'bill', 'payment_request')) not valid;

-- Direct money is for nothing in Billing: it belongs to no customer and is no obligation.
alter table payment
  alter column customer_id drop not null,
  add column checkout_id uuid,
  add column direct_amount bigint not null default 0 check (direct_amount >= 0),
  drop constraint payment_check,
  add constraint payment_amounts_check check (
    applied_amount + unapplied_amount + reversed_amount + direct_amount = case when status = 'succeeded' then amount else 0 end
  ) not valid,
  add constraint payment_direct_check
    check (direct_amount = 0 or checkout_id is not null and customer_id is null) not valid,
  add constraint payment_customer_check check (customer_id is not null or checkout_id is not null) not valid;

-- As before, and of the requests and sessions of the customer.
create or replace function erase_customer_events(environment integer, customer uuid) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  erased integer;
begin
  if not exists (
    select from customer as c
    where c.id = erase_customer_events.customer and c.environment_id = erase_customer_events.environment
      -- Written by this transaction or by a subtransaction of it, whose id is later.
      and c.pseudonymised_at is not null and age(c.xmin) <= 0
  ) then
    raise exception 'events are erased only in the transaction that pseudonymises their customer'
      using errcode = 'invalid_parameter_value';
  end if;
  with subject as (
    select customer as id
    union all select account.id from account where account.customer_id = customer
    union all select bill.id from bill where bill.customer_id = customer
    union all select payment.id from payment where payment.customer_id = customer
    union all select checkout.id from checkout where checkout.customer_id = customer
    union all select application.id from application where application.customer_id = customer
    union all select reversal.id from application_reversal as reversal
      join application on application.id = reversal.application_id where application.customer_id = customer
  ), told as (
    select event.id, event.bucket from subject join event on event.id = subject.id and event.subject_id = event.id
    where event.environment_id = environment
    union all
    select event.id, event.bucket from subject join event on event.subject_id = subject.id and event.subject_id <> event.id
    where event.environment_id = environment
  ), answered as (
    update webhook_attempt as attempt set response_excerpt = null
    from told
    where attempt.event_id = told.id and attempt.bucket = told.bucket and attempt.response_excerpt is not null
  )
  update event set personal = null
  from told
  where event.id = told.id and event.bucket = told.bucket and event.personal is not null;
  get diagnostics erased = row_count;
  return erased;
end $$;
