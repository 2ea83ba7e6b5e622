-- The functions of the schema, and whether everybody may execute them, which is so for a function without rights of its own.
select p.oid::regprocedure::text as signature,
  exists (select 1 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) where grantee = 0) as for_public
from pg_proc as p
where p.pronamespace = 'public'::regnamespace and pg_get_userbyid(p.proowner) = current_user
order by 1
