-- Locks the applications of a payment that are not fully reversed, newest first: the order in which they are reversed.
select id, bucket, environment_id, customer_id, payment_id, receivable_id, kind, currency, amount, reversed_amount,
  transaction_id, version, created_at, updated_at
from application
where environment_id = $1 and payment_id = $2 and bucket = $3 and reversed_amount < amount
order by id desc
for no key update
