-- What the money of payment $2 went to, in order. What came back and went to the same debts again is no line of its own.
select a.receivable_id, a.amount
from application as a
where a.environment_id = $1 and a.payment_id = $2 and a.bucket = $3 and not exists (
  select 1 from refund as r
  where r.payment_id = a.payment_id and r.environment_id = $1 and r.bucket = $3 and r.failure_id = a.transaction_id
  union all
  select 1 from payment_reversal as v
  where v.payment_id = a.payment_id and v.environment_id = $1 and v.bucket = $3 and v.reinstatement_id = a.transaction_id)
order by a.id
limit 1000
