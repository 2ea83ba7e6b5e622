-- purpose: on PostgreSQL 15 and 16, where only who may change a table may lock it, the owner's right to lock events until their feed is there
-- breaking: no
-- Where the feed is there already, nothing changes but the text of a function.

-- As before, but for that.
create or replace function make_append_only(parent text, role_name text) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  name regclass;
begin
  for name in select to_regclass(parent) union all select inhrelid::regclass from pg_inherits where inhparent = to_regclass(parent) loop
    execute format('revoke update, delete, truncate on %s from %I', name, role_name);
  end loop;
  -- The migration that makes the feed locks the events that there are, and takes this right away with that.
  if parent = 'event' and role_name = current_user and to_regclass('event_feed') is null then
    execute format('grant truncate on event to %I', role_name);
  end if;
end $$;
