-- Waits until the transactions of earlier batches have ended, committed or not, so that the next statement sees what
-- they left. The database waits, and not the program: that saves a trip through the program between two commits, and
-- PostgreSQL sees who waits for whom. A batch that waits for the disk may take longer ($2) than the next statement waits
-- for a lock ($3).
select set_config('lock_timeout', $2, true), pg_advisory_xact_lock_shared(key), set_config('lock_timeout', $3, true)
from unnest($1::bigint[]) as ahead (key)
