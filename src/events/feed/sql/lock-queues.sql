-- Locks the queues of endpoints, in one order, until the transaction ends. $1 are the endpoints.
select pg_advisory_xact_lock(7210423, key)
from (select distinct hashtext(id::text) as key from unnest($1::uuid[]) as id order by 1) as keys
