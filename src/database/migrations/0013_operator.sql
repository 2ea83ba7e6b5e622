-- purpose: the fingerprint of the encryption key, the last use of API keys, and functions that enforce retention themselves
-- breaking: no

-- The encryption key with which this database was first served, so that a different one is refused at the start. One row.
create table encryption_key_check (
  one boolean primary key default true check (one),
  -- The HMAC of a fixed label: it distinguishes keys and reveals nothing of them.
  fingerprint bytea not null,
  recorded_at timestamptz not null
);

-- Only the day, so that a key in constant use is written once a day.
alter table api_key add column last_used_on date;

-- The functions that the serving role may call are bounded by the clock of the database, whatever their arguments. Before,
-- `drop_old_events('infinity')` dropped all events.

-- Creates the missing partitions of `months` months from the month of `start`. Only the owner may call it.
create function make_partitions(start timestamptz, months integer) returns integer
language plpgsql set search_path = public, pg_temp as $$
declare
  parent text;
  lower_bound timestamptz;
  upper_bound timestamptz;
  name text;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(7210421);
  foreach parent in array array['ledger_transaction', 'ledger_entry', 'event', 'webhook_delivery', 'webhook_attempt'] loop
    for step in 0 .. months - 1 loop
      lower_bound := (date_trunc('month', start at time zone 'UTC') + make_interval(months => step)) at time zone 'UTC';
      upper_bound := (date_trunc('month', start at time zone 'UTC') + make_interval(months => step + 1)) at time zone 'UTC';
      name := parent || '_' || to_char(lower_bound at time zone 'UTC', 'YYYY_MM');
      if to_regclass(name) is null then
        execute format('create table %I partition of %I for values from (%L) to (%L)',
          name, parent, id_at(lower_bound), id_at(upper_bound));
        if parent in ('ledger_transaction', 'ledger_entry', 'event') then
          execute format('revoke update, delete, truncate on %I from %I', name, current_user);
        end if;
        made := made + 1;
      end if;
    end loop;
    if to_regclass(parent || '_default') is null then
      execute format('create table %I partition of %I default', parent || '_default', parent);
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;
revoke execute on function make_partitions(timestamptz, integer) from public;

-- As before, but only near to now.
create or replace function ensure_partitions(start timestamptz, months integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not coalesce(months between 1 and 6 and start between now() - interval '2 months' and now() + interval '2 months', false) then
    raise exception 'partitions are made for at most 6 months, from within 2 months of now'
      using errcode = 'invalid_parameter_value';
  end if;
  return make_partitions(start, months);
end $$;

-- As before, but never what is younger than 90 days. A caller whose clock is a little ahead is not refused but gets the 90 days.
create or replace function drop_old_events(before timestamptz) returns integer
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare
  kept constant interval := '90 days';
  month text;
  ended timestamptz;
  held boolean;
  dropped integer := 0;
begin
  if not coalesce(before <= now() - kept + interval '1 day', false) then
    raise exception 'events are kept for 90 days' using errcode = 'invalid_parameter_value';
  end if;
  before := least(before, now() - kept);
  perform pg_advisory_xact_lock(7210421);
  for month in
    select right(inhrelid::regclass::text, 7) from pg_inherits
    where inhparent = 'event'::regclass and inhrelid::regclass::text ~ '^event_\d{4}_\d{2}$' order by 1
  loop
    ended := ((to_date(month, 'YYYY_MM') + interval '1 month')::timestamp) at time zone 'UTC';
    exit when ended > before;
    execute format('select exists (select from %I where status = ''pending'')', 'webhook_delivery_' || month) into held;
    exit when held;
    execute format('drop table %I, %I, %I', 'webhook_attempt_' || month, 'webhook_delivery_' || month, 'event_' || month);
    update retention set events_dropped_before = greatest(events_dropped_before, ended);
    dropped := dropped + 1;
  end loop;
  return dropped;
exception when lock_not_available then
  return 0;
end $$;

-- As before, but only for a customer of that environment who was pseudonymised in this transaction: the events of a customer are
-- blanked together with the customer.
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
