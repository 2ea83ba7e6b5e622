-- What reversal $4 of payment $2 was taken from, in the order in which it was taken.
select a.id as application_id, a.receivable_id, v.amount
from application as a
join application_reversal as v on v.application_id = a.id and v.bucket = a.bucket and v.environment_id = a.environment_id
where a.environment_id = $1 and a.payment_id = $2 and a.bucket = $3 and v.payment_reversal_id = $4
order by v.id
