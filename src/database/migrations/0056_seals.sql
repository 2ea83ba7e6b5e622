-- purpose: seals over what was entered, so that a run of verify costs by what is new and a sealed row that was changed is found
-- breaking: no

-- Each seal covers the rows with ids from `from_id` on and below `below`, and continues the one before it without a gap. They are of all
-- environments, as the tables are that they seal.
create table ledger_seal (
  number bigint primary key check (number > 0),
  from_id uuid not null,
  below uuid not null check (below > from_id),
  -- The HMAC of the parts and of the seal before, by a key that hangs on the data keys.
  mac bytea not null,
  sealed_at timestamptz not null
);

-- What a seal says of the rows of one table: how many they are, the SHA-256 of all of them in the order of their ids, and of each row four
-- bytes of its own SHA-256, by which the row is found that differs. A foreign key would need the right to change what it names.
create table ledger_seal_part (
  number bigint not null,
  sealed_table text not null,
  row_count bigint not null check (row_count >= 0),
  digest bytea not null,
  prints bytea not null check (length(prints) = 4 * row_count),
  primary key (number, sealed_table)
);
alter table ledger_seal_part alter column prints set storage external;

-- How far `verify` is, for all processes. One row.
create table verify_place (
  one boolean primary key default true check (one),
  -- Up to where may be sealed as soon as every transaction has ended that had begun before the transaction id `sealable_after`.
  sealable_below uuid not null default '00000000-0000-0000-0000-000000000000',
  sealable_after xid8 not null default '0',
  incremental_at timestamptz,
  incremental_violations bigint not null default 0,
  -- Of the whole run in the background: when it began, which of its checks and which seal is next and when, and what it has found so far.
  whole_began_at timestamptz,
  next_check integer not null default 0,
  next_seal bigint not null default 1,
  next_step_at timestamptz not null default '-infinity',
  found_violations bigint not null default 0,
  -- When the last whole run began that has ended, and what it found.
  whole_at timestamptz,
  whole_violations bigint not null default 0
);
insert into verify_place default values;

-- As before; a seal is never changed or taken back, and the row of the place is neither made nor deleted.
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
    execute format('revoke insert, delete on feed_place, verify_place from %I', server_role);
    execute format('grant execute on function erase_customer_events(integer, uuid) to %I', server_role);
  end if;
  perform make_append_only(parent, role_name)
    from unnest(array['ledger_transaction', 'ledger_entry', 'event', 'event_feed', 'audit_entry', 'ledger_seal', 'ledger_seal_part']) as parent,
      unnest(array[server_role, current_user::text]) as role_name;
  -- To the owner, whose rights erase_customer_events runs with.
  execute format('grant update (personal) on event to %I', current_user);
end $$;
