-- Planning the look-up of the balances anew for each batch took as long as running it, 0.7 ms. And as long as the transaction
-- lasts, $1 is locked, so that those which were decided from it can wait for its end.
select set_config('plan_cache_mode', 'force_generic_plan', true), pg_advisory_xact_lock($1::bigint)
