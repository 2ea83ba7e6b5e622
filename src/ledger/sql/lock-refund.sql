select id, bucket, environment_id, payment_id, customer_id, currency, amount, unapplied_amount, direct_amount, suspense_amount, status, reason,
  channel, reference, processor, processor_reference, failure, failure_id, idempotency_key, response_id, next_check_at, version,
  refunded_at, succeeded_at, failed_at, created_at, updated_at
from refund
where environment_id = $1 and id = $2 and bucket = $3
for no key update
