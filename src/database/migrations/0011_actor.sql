-- purpose: who made each change: an API key, a command of the operator's, a job, or a hosted page
-- breaking: no

alter table ledger_transaction add column actor text;
-- Transactions from before have none, and nobody can find it out. From now on the database insists.
alter table ledger_transaction add constraint ledger_transaction_has_actor check (actor is not null) not valid;

-- Every stored change that is not money: of money, the ledger transaction is the record. It is never changed or deleted, and
-- holds nothing personal.
create table audit_entry (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  actor text not null,
  -- What was done: created, updated, archived …
  action text not null,
  object_kind text not null,
  -- Null where it is the environment itself.
  object_id uuid,
  request_id text,
  recorded_at timestamptz not null,
  primary key (id, bucket)
);
create index audit_entry_by_object on audit_entry (object_id, id);

-- As before, and the audit entries are append-only too.
create or replace function grant_server_rights(server_role text) returns void
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
    from unnest(array['ledger_transaction', 'ledger_entry', 'event', 'audit_entry']) as parent,
      unnest(array[server_role, current_user::text]) as role_name;
  -- To the owner, whose rights erase_customer_events runs with.
  execute format('grant update (personal) on event to %I', current_user);
end $$;
