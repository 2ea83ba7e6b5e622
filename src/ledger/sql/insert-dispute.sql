insert into dispute (id, bucket, environment_id, payment_id, customer_id, processor, processor_reference, currency, amount, reason,
  status, respond_by, reversal_id, closing_id, closed_at, next_check_at, version, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
