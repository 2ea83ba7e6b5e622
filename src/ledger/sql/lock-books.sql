-- Waits for all that was begun in the books of an environment as they were, and keeps what comes after waiting until they are closed.
select pg_advisory_xact_lock(7210423, $1::integer)
