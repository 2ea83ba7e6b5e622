insert into refund (id, bucket, environment_id, payment_id, customer_id, currency, amount, unapplied_amount, direct_amount,
  status, reason, channel, reference, processor, idempotency_key, response_id, next_check_at, refunded_at, succeeded_at,
  created_at, updated_at, suspense_amount)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20, $21)
