-- What reversals took of payments $2, which came of the payment of reversal $4, and has not come back there: of that reversal first, and of
-- others whose money came back and covered losses, $5 being the bucket of them all.
select v.id, v.payment_id, v.follows, v.amount, v.transferred_amount, v.returned_amount, v.reason
from payment_reversal as v
where v.environment_id = $1 and v.payment_id = any ($2::uuid[]) and v.bucket = any ($3::integer[]) and v.returned_amount < v.amount
  and (v.follows = $4 or exists (
    select 1 from payment_reversal as f
    where f.environment_id = $1 and f.id = v.follows and f.bucket = $5 and f.reinstatement_id is not null))
order by v.follows <> $4, v.id
