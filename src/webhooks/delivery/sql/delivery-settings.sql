-- The statements of this folder are prepared while the tables may be tiny and then used while they grow by
-- thousands of rows a second, so a plan made for a tiny table would read a large one whole until the next ANALYZE.
-- These settings leave only one plan: nested loops over the indexes. JIT is off since a discouraged node looks
-- expensive to it. Planned on empty tables, a claim of 200 among a million finished deliveries takes 3 ms.
-- The lock timeout is short since a statement serves many endpoints, and a lock on a delivery of one must not hold up the
-- others. Where tables are spread over machines a row that is locked is waited for in any case, and everything takes longer.
select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
  set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
  set_config('enable_sort', 'off', true), set_config('jit', 'off', true),
  -- spread: set_config('lock_timeout', '2s', true)
  set_config('lock_timeout', '200ms', true) -- on one machine
