-- purpose: the functions that run with the rights of the owner take forms that tables can have which are spread over machines
-- breaking: no

-- Customers who were pseudonymised, and whose events are not erased yet: where tables are spread over machines, what runs with the rights
-- of the owner has a transaction of its own (docs/decisions/0071). `told` are the events that told of it, which say nobody. Empty where all rows
-- lie on one machine.
create table unerased_customer (
  customer_id uuid not null,
  bucket integer not null,
  environment_id integer not null references environment,
  told uuid[] not null,
  primary key (customer_id, bucket)
);

-- Blanks the personal parts of the events of a customer who is pseudonymised, and what receivers have answered to them. All of it has the bucket
-- of the customer, with which its id ends. Returns how many events there were.
create or replace function erase_customer_events(environment integer, customer uuid) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  home constant integer := get_byte(uuid_send(customer), 14) * 256 + get_byte(uuid_send(customer), 15);
  subjects uuid[];
  erasable uuid[];
  erased integer;
begin
  if not exists (
    select 1 from customer as c
    where c.id = erase_customer_events.customer and c.bucket = home
      and c.environment_id = erase_customer_events.environment and c.pseudonymised_at is not null
  ) then
    raise exception 'events are erased only of a customer who is pseudonymised'
      using errcode = 'invalid_parameter_value';
  end if;
  select array_agg(subject.id) into subjects from (
    select customer as id
    union all select account.id from account where account.customer_id = customer and account.bucket = home
    union all select bill.id from bill where bill.customer_id = customer and bill.bucket = home
    union all select payment.id from payment where payment.customer_id = customer and payment.bucket = home
    union all select checkout.id from checkout where checkout.customer_id = customer and checkout.bucket = home
    union all select application.id from application where application.customer_id = customer and application.bucket = home
    union all select reversal.id from application_reversal as reversal
      join application on application.id = reversal.application_id and application.bucket = reversal.bucket
      where application.customer_id = customer and application.bucket = home and reversal.bucket = home
  ) as subject;
  select array_agg(about.id) into erasable from (
    select event.id from event
    where event.environment_id = environment and event.bucket = home and event.id = any (subjects) and event.subject_id = event.id
    union all
    select event.id from event
    where event.environment_id = environment and event.bucket = home
      and event.subject_id = any (subjects) and event.subject_id <> event.id
  ) as about
  where about.id <> all (coalesce((
    select unerased.told from unerased_customer as unerased
    where unerased.customer_id = customer and unerased.bucket = home), '{}'));
  update webhook_attempt as attempt set response_excerpt = null
  where attempt.event_id = any (erasable) and attempt.bucket = home and attempt.response_excerpt is not null;
  update event set personal = null
  where event.id = any (erasable) and event.bucket = home and event.personal is not null;
  get diagnostics erased = row_count;
  return erased;
end $$;

-- As before: what is asked of each environment is asked by itself.
create or replace function drop_old_events(before timestamptz) returns integer
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare
  kept constant interval := '90 days';
  month text;
  ended timestamptz;
  held boolean;
  environment_id integer;
  environment_position bigint;
  last_position bigint;
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
    execute format('select exists (select 1 from %I where status = ''pending'')', 'webhook_delivery_' || month) into held;
    exit when held or exists (select 1 from unsequenced_event where event_id < id_at(ended));
    last_position := null;
    for environment_id in select id from environment loop
      execute format('select max(position) from %I where environment_id = $1', 'event_feed_' || month)
        into environment_position using environment_id;
      last_position := greatest(last_position, environment_position);
    end loop;
    execute format('drop table %I, %I, %I, %I', 'webhook_attempt_' || month, 'webhook_delivery_' || month,
      'event_feed_' || month, 'event_' || month);
    update retention
    set events_dropped_before = greatest(events_dropped_before, ended),
      feed_dropped_to = greatest(feed_dropped_to, last_position);
    dropped := dropped + 1;
  end loop;
  return dropped;
exception when lock_not_available then
  return 0;
end $$;
