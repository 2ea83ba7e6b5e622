-- Waits for the end of the transactions of batches, whether they are committed or not: what follows sees what they left. Here, so
-- that from one commit to the next there is no way through the program, and PostgreSQL sees who waits for whom.
select pg_advisory_xact_lock_shared(key) from unnest($1::bigint[]) as ahead (key)
