-- Waits until the transactions of earlier batches have ended, committed or not, so that the next statement sees what
-- they left. The database waits, and not the program: that saves a trip through the program between two commits, and
-- PostgreSQL sees who waits for whom.
select pg_advisory_xact_lock_shared(key) from unnest($1::bigint[]) as ahead (key)
