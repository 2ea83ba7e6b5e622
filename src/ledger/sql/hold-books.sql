-- Holds the books of environments as they are, open or closed, until the transaction ends: whoever closes them waits. It is a statement of
-- its own, before the one that reads them, whose snapshot then shows what was closed meanwhile.
select pg_advisory_xact_lock_shared(7210423, environment_id) from unnest($1::integer[]) as environment_id
