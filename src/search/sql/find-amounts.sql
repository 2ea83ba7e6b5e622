-- Bills that owe or were for one of the amounts $2, if $3, and payments with as much unapplied, if $4. No key holds an amount, so each
-- part looks through the newest $5 rows of its table and no further (docs/decisions/0050).
(select 'bill' as kind, id, currency, balance as amount
from (
  select id, currency, balance from receivable
  where environment_id = $1 and status = 'unpaid' and $3::boolean
  order by id desc limit $5
) as unpaid
where balance = any ($2::bigint[]))
union all
(select 'bill', id, currency, amount_due
from (
  select id, currency, amount_due from bill
  where environment_id = $1 and $3::boolean
  order by id desc limit $5
) as newest
where amount_due = any ($2::bigint[]))
union all
(select 'payment', id, currency, unapplied_amount
from (
  select id, currency, unapplied_amount from payment
  where environment_id = $1 and $4::boolean
  order by id desc limit $5
) as newest
where unapplied_amount = any ($2::bigint[]))
