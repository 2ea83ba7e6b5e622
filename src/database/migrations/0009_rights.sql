-- purpose: the server's role may add entries and events but never change or delete them
-- breaking: no
-- Grants, not triggers: Citus refuses triggers on distributed tables by default.

-- Takes update, delete and truncate on one table, and on its partitions, from a role: the owner's own rights included.
create function make_append_only(parent text, role_name text) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  name regclass;
begin
  for name in select to_regclass(parent) union all select inhrelid::regclass from pg_inherits where inhparent = to_regclass(parent) loop
    execute format('revoke update, delete, truncate on %s from %I', name, role_name);
  end loop;
end $$;

-- Erases what is personal of a customer's events and of the answers that receivers gave to them; returns how many events. The
-- only way that an event changes: the owner may set this one column, and the server may call this.
create function erase_customer_events(environment integer, customer uuid) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  erased integer;
begin
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

-- Gives `server_role` what the server needs and no more. Called after every migration, for the role that serves. Where a
-- hosted database has one role only, that role owns the tables, and the rights are revoked from it just the same.
create function grant_server_rights(server_role text) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  name regclass;
begin
  if server_role <> current_user then
    execute format('grant usage on schema public to %I', server_role);
    -- A partition is reached through its parent, whose rights are the ones that count.
    for name in select oid::regclass from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition loop
      execute format('grant select, insert, update, delete on %s to %I', name, server_role);
    end loop;
    execute format('revoke insert, update, delete on schema_migration from %I', server_role);
    execute format('grant usage on all sequences in schema public to %I', server_role);
    execute format('grant execute on function ensure_partitions(timestamptz, integer) to %I', server_role);
    execute format('grant execute on function drop_old_events(timestamptz) to %I', server_role);
    execute format('revoke insert, update, delete on retention from %I', server_role);
    execute format('grant execute on function erase_customer_events(integer, uuid) to %I', server_role);
  end if;
  perform make_append_only(parent, role_name)
    from unnest(array['ledger_transaction', 'ledger_entry', 'event']) as parent,
      unnest(array[server_role, current_user::text]) as role_name;
  -- To the owner, whose rights erase_customer_events runs with.
  execute format('grant update (personal) on event to %I', current_user);
end $$;

revoke execute on function ensure_partitions(timestamptz, integer) from public;
revoke execute on function drop_old_events(timestamptz) from public;
revoke execute on function erase_customer_events(integer, uuid) from public;
revoke execute on function make_append_only(text, text) from public;
revoke execute on function grant_server_rights(text) from public;
