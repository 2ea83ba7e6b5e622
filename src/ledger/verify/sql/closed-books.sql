-- I5, closed periods: what was written while books were closed counts from their first open instant on. What is written begins up to ten
-- minutes before it is committed, so what was written around the time of a closing is left out. The settings say what the latest closing does.
with closing as (
  select id, environment_id, open_from, closed_until, changed_at + interval '10 minutes' as since,
    lead(changed_at, 1, 'infinity') over following - interval '10 minutes' as until,
    lead(id) over following is null as latest
  from books_closing
  window following as (partition by environment_id order by id)
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s: it counts from %s, and the books were open from %s', id, effective_at, open_from))
    filter (where broken))[1:5] as examples
from (
  select 'transaction ' || t.id as id, t.effective_at, c.open_from, t.effective_at < c.open_from as broken
  from closing as c
  join ledger_transaction as t on t.environment_id = c.environment_id and t.recorded_at > c.since and t.recorded_at < c.until
  where c.open_from is not null
  union all
  select 'environment ' || e.id, e.books_open_from, c.open_from,
    e.books_open_from is distinct from c.open_from or e.books_closed_until is distinct from c.closed_until
  from environment as e
  left join closing as c on c.environment_id = e.id and c.latest
) as checked
