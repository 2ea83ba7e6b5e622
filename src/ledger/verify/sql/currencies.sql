-- I11. $1 holds every ISO 4217 code, active or withdrawn, $2 is the limit of a balance in either direction, $3 the largest payment.
-- An entry is not zero, and moves a balance at most from one limit to the other. Grouping the rows by currency, so as
-- to compare few with the list, took a third longer.
with broken as (
  select kind, id, balance || ' ' || currency as fault
  from receivable
  where currency <> all ($1::text[]) or abs(balance) > $2::bigint
  union all
  select 'entry', id, format('%s %s, to a balance of %s', amount, currency, balance_after)
  from ledger_entry
  where currency <> all ($1::text[]) or amount = 0 or abs(amount) > 2 * $2::bigint or abs(balance_after) > $2::bigint
  union all
  select 'payment', id, amount || ' ' || currency
  from payment
  where currency <> all ($1::text[]) or amount not between 1 and $3::bigint
  union all
  -- A total of any number of amounts has no limit, and is as exact.
  select 'column', null, format('%s.%s is of type %s', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod))
  from pg_attribute as a
  join pg_class as t on t.oid = a.attrelid
  where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p')
    and a.attname ~ '(^|_)(amount|balance)(_|$)' and not a.attisdropped
    and format_type(a.atttypid, a.atttypmod) <> case when t.relname like '%\_total' then 'numeric(38,0)' else 'bigint' end
)
select
  (select count(*) from receivable) + (select count(*) from ledger_entry) + (select count(*) from payment) as examined,
  count(*) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)))[1:5] as examples
from broken
