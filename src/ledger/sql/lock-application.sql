select id, bucket, environment_id, customer_id, payment_id, receivable_id, kind, currency, amount, reversed_amount,
  transaction_id, version, created_at, updated_at
from application
where environment_id = $1 and id = $2 and bucket = $3
for no key update
