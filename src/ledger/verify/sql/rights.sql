-- I10. The serving roles are those that may add entries, except the owner of the tables; if there is no other, the
-- owner serves. Every right counts that such a role has by itself, through another role, or on a single column; but the
-- owner may blank the personal part of an event.
with append_only as (
  select t.oid, t.relname, t.relowner, t.relacl
  from pg_class as t
  where t.relkind in ('r', 'p') and t.relnamespace = 'public'::regnamespace
    and coalesce((select inhparent from pg_inherits where inhrelid = t.oid), t.oid)
      in ('ledger_transaction'::regclass, 'ledger_entry'::regclass, 'event'::regclass, 'event_feed'::regclass,
        'audit_entry'::regclass, 'ledger_seal'::regclass, 'ledger_seal_part'::regclass)
),
writer as (
  select distinct grantee as oid, grantee = relowner as is_owner
  from append_only, aclexplode(coalesce(relacl, acldefault('r', relowner)))
  where relname = 'ledger_entry' and privilege_type = 'INSERT' and grantee <> 0
),
serving as (
  select r.oid, r.rolname, r.rolsuper
  from writer join pg_roles as r using (oid)
  where not is_owner or not exists (select 1 from writer where not is_owner)
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('role %s %s %s', rolname, fault, relname)) filter (where broken))[1:5] as examples
from (
  select
    s.rolname, t.relname,
    s.rolsuper or has_table_privilege(s.oid, t.oid, 'update, delete, truncate') or exists (
      select 1 from pg_attribute as a
      where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        and not (a.attname = 'personal' and s.oid = t.relowner)
        and has_column_privilege(s.oid, t.oid, a.attnum, 'update')
    ) as broken,
    case when s.rolsuper then 'is a superuser and may change' else 'may change' end as fault
  from serving as s
  cross join append_only as t
) as checked
