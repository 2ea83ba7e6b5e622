-- How many commits of this role wait for a synchronous standby, and for how long the oldest of them has. Sessions of its own role are
-- shown to every role.
select count(*)::integer as waiting, coalesce(extract(epoch from clock_timestamp() - min(query_start)), 0)::float8 as oldest_s
from pg_stat_activity
where datname = current_database() and usename = current_user and wait_event = 'SyncRep'
