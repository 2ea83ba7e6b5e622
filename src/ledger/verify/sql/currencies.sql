-- I11. $1 holds every active ISO 4217 code, $2 is the furthest a balance goes either way, $3 the largest payment. An
-- entry moves a balance from one end of its range to the other at most. That its currency is that of its balance is shown by I3.
-- Entries and payments are grouped, so that few rows are held against the list.
select
  coalesce(sum(rows), 0)::bigint as examined,
  coalesce(sum(case when broken then rows else beyond end), 0)::bigint as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where broken or beyond > 0))[1:5] as examples
from (
  select
    kind, id, 1 as rows, balance || ' ' || currency as fault,
    currency <> all ($1::text[]) as broken, case when abs(balance) > $2::bigint then 1 else 0 end as beyond
  from receivable
  union all
  select
    'entry', example, rows,
    format('one of %s in %s, %s beyond the limits', rows, currency, beyond),
    currency <> all ($1::text[]), beyond
  from (
    select
      currency, count(*) as rows,
      count(*) filter (where abs(amount) > 2 * $2::bigint or abs(balance_after) > $2::bigint) as beyond,
      (array_agg(id) filter (where abs(amount) > 2 * $2::bigint or abs(balance_after) > $2::bigint))[1] as example
    from ledger_entry
    group by currency
  ) as e
  union all
  select
    'payment', example, rows, format('one of %s in %s, %s beyond the limits', rows, currency, beyond),
    currency <> all ($1::text[]), beyond
  from (
    select
      currency, count(*) as rows, count(*) filter (where amount not between 1 and $3::bigint) as beyond,
      (array_agg(id) filter (where amount not between 1 and $3::bigint))[1] as example
    from payment
    group by currency
  ) as p
  union all
  select 'column', null, 1, format('%s.%s is of type %s', a.attrelid::regclass, a.attname, a.atttypid::regtype),
    a.atttypid <> 'bigint'::regtype, 0
  from pg_attribute as a
  join pg_class as t on t.oid = a.attrelid
  where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p')
    and a.attname ~ '(^|_)(amount|balance)(_|$)' and not a.attisdropped
) as checked
