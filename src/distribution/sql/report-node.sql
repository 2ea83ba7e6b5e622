-- What one node has, as JSON: run on each of them by Citus. A shard is called as its table, with its number behind that, and counts as that table.
select json_build_object(
  'functions', (
    select coalesce(json_agg(json_build_object('signature', p.oid::regprocedure::text, 'rights', (
      select array_agg(item::text order by item::text) from unnest(p.proacl) as item))), '[]')
    from pg_proc as p where p.pronamespace = 'public'::regnamespace),
  'tables', (
    select coalesce(json_agg(distinct jsonb_build_object('name', regexp_replace(t.relname, '_\d{6,}$', ''), 'rights', (
      select array_agg(item::text order by item::text) from unnest(t.relacl) as item))), '[]')
    from pg_class as t where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p')),
  'settings', (
    select coalesce(json_object_agg(name, setting), '{}') from pg_settings
    where name in ('max_prepared_transactions', 'max_connections', 'citus.recover_2pc_interval',
      'citus.max_adaptive_executor_pool_size', 'citus.max_cached_conns_per_worker'))
)::text as facts
