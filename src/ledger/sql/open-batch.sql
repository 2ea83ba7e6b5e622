-- Planning the look-up of the balances for each batch took as long as running it, 0.7 ms, hence the generic plan. $1 is
-- locked until the transaction ends, so that batches that were decided from this one can wait for its end. No statement
-- waits for a lock longer than $2.
select set_config('plan_cache_mode', 'force_generic_plan', true), -- on one machine
-- spread: select
  set_config('lock_timeout', $2, true),
  pg_advisory_xact_lock($1::bigint)
