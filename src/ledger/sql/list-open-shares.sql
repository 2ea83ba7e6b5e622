-- What reversals took of payments $2, which came of the payment of reversal $4, and has not come back there: of that reversal first, and of
-- others whose money came back and covered losses, $5 being the bucket of them all.
-- spread: with taken as materialized (
-- spread:   select id, payment_id, follows, amount, transferred_amount, returned_amount, reason from payment_reversal
-- spread:   where environment_id = $1 and payment_id = any ($2::uuid[]) and bucket = any ($3::integer[]) and returned_amount < amount
-- spread: ), covered as materialized (
-- spread:   select id from payment_reversal
-- spread:   where environment_id = $1 and id = any (array(select follows from taken)) and bucket = $5 and reinstatement_id is not null
-- spread: )
select v.id, v.payment_id, v.follows, v.amount, v.transferred_amount, v.returned_amount, v.reason
-- spread: from taken as v
-- spread: where v.follows = $4 or v.follows = any (array(select id from covered))
from payment_reversal as v -- on one machine
where v.environment_id = $1 and v.payment_id = any ($2::uuid[]) and v.bucket = any ($3::integer[]) and v.returned_amount < v.amount -- on one machine
  and (v.follows = $4 or exists ( -- on one machine
    select 1 from payment_reversal as f -- on one machine
    where f.environment_id = $1 and f.id = v.follows and f.bucket = $5 and f.reinstatement_id is not null)) -- on one machine
order by v.follows <> $4, v.id
