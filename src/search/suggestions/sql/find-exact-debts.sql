-- What owes exactly $3 in the currency $2: of the customer $4 (bucket $5) whatever does, and where there is none, bills among the newest
-- $6 that are unpaid. No key holds a balance (docs/decisions/0050).
(select id, kind, currency, balance
from receivable
where environment_id = $1 and customer_id = $4 and bucket = $5 and currency = $2 and balance = $3
order by id desc limit $7)
union all
(select id, 'bill', currency, balance
from (
  select id, currency, balance from receivable
  where environment_id = $1 and status = 'unpaid' and $4::uuid is null
  order by id desc limit $6
) as unpaid
where currency = $2 and balance = $3
order by id desc limit $7)
