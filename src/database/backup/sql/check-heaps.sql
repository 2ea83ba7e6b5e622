-- Every row of every table of this database: its page, its header, and the values that are stored apart.
select c.oid::regclass::text as relation, f.msg as fault
from pg_class as c
cross join lateral verify_heapam(c.oid, check_toast => true) as f
where c.relkind in ('r', 't', 'm') and c.relpersistence = 'p'
limit 10
