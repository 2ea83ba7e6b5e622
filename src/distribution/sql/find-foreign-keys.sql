-- The foreign keys of the tables, each as the statement that would make it again says it.
select quote_ident(c.conname) as name, c.conrelid::regclass::text as table, c.confrelid::regclass::text as references,
  pg_get_constraintdef(c.oid) as definition,
  exists (select 1 from pg_attribute where attrelid = c.conrelid and attname = 'bucket' and attnum = any (c.conkey)) as has_bucket
from pg_constraint as c join pg_class as t on t.oid = c.conrelid
where t.relnamespace = 'public'::regnamespace and not t.relispartition and c.contype = 'f'
order by 2, 1
