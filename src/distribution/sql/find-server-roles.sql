-- The roles that serve: those that may add entries, except the owner of the tables, which serves where there is no other. With how many other
-- sessions they have here.
with writer as (
  select distinct pg_get_userbyid(grantee)::text as role, grantee = relowner as is_owner
  from pg_class cross join aclexplode(coalesce(relacl, acldefault('r', relowner)))
  where oid = 'ledger_entry'::regclass and privilege_type = 'INSERT' and grantee <> 0
)
select role, (select count(*)::integer from pg_stat_activity
  where datname = current_database() and usename = role and pid <> pg_backend_pid()) as sessions
from writer
where not is_owner or not exists (select 1 from writer where not is_owner)
order by 1
