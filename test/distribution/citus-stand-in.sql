-- What plays Citus in a database of the tests: its functions and catalogues by their names and types, in a schema of their own. They refuse
-- what Citus refuses of what we rely on, and note what they were told; where Citus would copy rows into shards, they are kept in a table here.
create schema stand_in;
grant usage on schema stand_in to public;
-- Two machines with shards, one of which has a standby. Where they are reached is filled in: both are this very server.
create table stand_in.pg_dist_node
  (nodeid integer, groupid integer, isactive boolean, shouldhaveshards boolean, noderole text, nodename text, nodeport integer);
insert into stand_in.pg_dist_node
values (1, 0, true, false, 'primary'), (2, 1, true, true, 'primary'), (3, 2, true, true, 'primary'), (4, 2, true, true, 'secondary');
create table stand_in.pg_dist_partition
  (logicalrelid regclass, partmethod "char", partkey text, colocationid integer, repmodel "char");
grant select on stand_in.pg_dist_partition to public;
create table stand_in.pg_dist_shard (logicalrelid regclass, shardid bigint);
create table stand_in.pg_dist_placement (shardid bigint, groupid integer);
grant select on stand_in.pg_dist_node, stand_in.pg_dist_shard, stand_in.pg_dist_placement to public;
create table stand_in.pg_dist_object (classid oid, objid oid);
-- What fails, once: an interruption at that table or function.
create table stand_in.failing (what text);

create function stand_in.citus_version() returns text language sql as $$ select 'Citus 13.2.2 on a stand-in' $$;

create function stand_in.fail_once(name text) returns void language plpgsql as $$
begin
  if exists (select 1 from stand_in.failing where what = name) then
    raise exception 'interrupted at %', name;
  end if;
end $$;

create function stand_in.column_to_column_name(regclass, text) returns text language sql as $$ select $2 $$;

create function stand_in.is_placed(name regclass, method "char") returns boolean language sql as $$
  select exists (select from stand_in.pg_dist_partition where logicalrelid = name and partmethod = method and repmodel <> 's')
$$;

create function stand_in.expect_new(name regclass) returns void language plpgsql as $$
begin
  perform stand_in.fail_once(name::text);
  if current_setting('citus.multi_shard_modify_mode', true) is distinct from 'sequential' then
    raise exception 'parallel operation on a distributed table';
  end if;
  delete from stand_in.pg_dist_partition where logicalrelid = name and repmodel = 's';
  if exists (select from stand_in.pg_dist_partition where logicalrelid = name) then
    raise exception 'table "%" is already distributed', name;
  end if;
  if exists (select from pg_class where oid = name and relispartition) then
    raise exception 'cannot distribute the partition %', name;
  end if;
end $$;

create function stand_in.create_reference_table(table_name regclass) returns void language plpgsql as $$
begin
  perform stand_in.expect_new(table_name);
  if exists (select from pg_constraint where conrelid = table_name and contype = 'f' and not stand_in.is_placed(confrelid, 'n')) then
    raise exception 'the reference table % names one that is none', table_name;
  end if;
  insert into stand_in.pg_dist_partition values (table_name, 'n', null, 1, 't');
  -- A local table that names it is managed by Citus from then on, until it gets its own place.
  insert into stand_in.pg_dist_partition select distinct conrelid::regclass, 'n'::"char", null, 0, 's'::"char" from pg_constraint as c
    where confrelid = table_name and contype = 'f' and not exists (select from stand_in.pg_dist_partition where logicalrelid = c.conrelid);
end $$;

create function stand_in.create_distributed_table(table_name regclass, distribution_column text,
  distribution_type text default 'hash', colocate_with text default 'default', shard_count integer default null)
returns void language plpgsql as $$
declare
  shards integer := shard_count;
begin
  perform stand_in.expect_new(table_name);
  if exists (select from pg_constraint where contype = 'f'
    and ((confrelid = table_name and not stand_in.is_placed(conrelid, 'h'))
      or (conrelid = table_name and not stand_in.is_placed(confrelid, 'h') and not stand_in.is_placed(confrelid, 'n')))) then
    raise exception 'foreign keys from reference tables and local tables to distributed tables are not supported';
  end if;
  if exists (select from pg_index where indrelid = table_name and indisunique and not exists (
    select from pg_attribute where attrelid = table_name and attname = distribution_column and attnum = any (indkey))) then
    raise exception 'cannot create constraint on "%"', table_name;
  end if;
  if colocate_with <> 'default' then
    select count(*) into strict shards from stand_in.pg_dist_shard where logicalrelid = colocate_with::regclass;
  end if;
  insert into stand_in.pg_dist_partition values (table_name, 'h', distribution_column, 2, 'c');
  insert into stand_in.pg_dist_shard select table_name, table_name::oid::bigint * 1000 + place from generate_series(1, shards) as place;
  insert into stand_in.pg_dist_placement select table_name::oid::bigint * 1000 + place, 1 + place % 2 from generate_series(1, shards) as place;
end $$;

-- By the value itself, where Citus takes a hash of it, and for the four shards of the tests: it is called for each of 65,536 buckets.
create function stand_in.get_shard_id_for_distribution_column(table_name regclass, distribution_value integer) returns bigint
language sql as $$
  select table_name::oid::bigint * 1000 + 1 + distribution_value % 4
$$;

create function stand_in.create_distributed_function(function_name regprocedure, distribution_arg_name text default null,
  colocate_with text default 'default', force_delegation boolean default null) returns void language plpgsql as $$
begin
  perform stand_in.fail_once(function_name::text);
  insert into stand_in.pg_dist_object values ('pg_proc'::regclass, function_name);
end $$;

-- Truncates for real; `put_back` does what reading the shards would.
create function stand_in.truncate_local_data_after_distributing_table(function_name regclass) returns void language plpgsql as $$
begin
  perform stand_in.fail_once('truncating ' || function_name::text);
  if not stand_in.is_placed(function_name, 'h') and not stand_in.is_placed(function_name, 'n') then
    raise exception 'supplied parameter is not a distributed relation';
  end if;
  execute format('create table stand_in.%I as select * from %s', 'shards_of_' || function_name, function_name);
  -- Where other tables name this one they are truncated too, as Citus does: what is in them must have been seen to before.
  execute format('truncate %s cascade', function_name);
end $$;

create function stand_in.put_back() returns void language plpgsql as $$
declare
  name text;
begin
  -- Those that others name come first: they were truncated last.
  for name in select relname from pg_class where relnamespace = 'stand_in'::regnamespace and relname like 'shards\_of\_%' order by oid desc loop
    execute format('insert into public.%I overriding system value select * from stand_in.%I', replace(name, 'shards_of_', ''), name);
  end loop;
end $$;

create function stand_in.run_command_on_all_nodes(command text, parallel boolean default true,
  give_warning_for_connection_errors boolean default false)
returns table (nodeid integer, success boolean, result text) language plpgsql as $$
begin
  for nodeid in select n.nodeid from stand_in.pg_dist_node as n where n.noderole = 'primary' order by 1 loop
    success := true;
    execute command into result;
    return next;
  end loop;
end $$;
