-- purpose: monthly partitions by the time inside the id, made ahead, with a default so that no insert can fail
-- breaking: no

-- The smallest id of an instant: 48 bits of milliseconds, the rest zero.
create function id_at(instant timestamptz) returns uuid language sql immutable as $$
  select (lpad(to_hex(floor(extract(epoch from instant) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- Makes the partitions of `months` months from the month of `start`, where they are missing. Safe to call often.
-- Runs with the owner's rights, since the server's role may not create tables.
create function ensure_partitions(start timestamptz, months integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
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

-- Until when events have been let go of, so that verify does not miss them. One row.
create table retention (
  one boolean primary key default true check (one),
  events_dropped_before timestamptz not null
);
insert into retention (events_dropped_before) values ('epoch');

-- Lets go of the events of whole months that ended before `before`, with their deliveries and attempts, by dropping the
-- partitions: nothing is deleted row by row. It begins with the oldest month and stops at the first that still holds a pending
-- delivery, which a paused one is too. What is busy is left for the next time. Returns how many months were dropped.
create function drop_old_events(before timestamptz) returns integer
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare
  month text;
  ended timestamptz;
  held boolean;
  dropped integer := 0;
begin
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
    update retention set events_dropped_before = ended;
    dropped := dropped + 1;
  end loop;
  return dropped;
exception when lock_not_available then
  return 0;
end $$;
