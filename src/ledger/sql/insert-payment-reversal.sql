insert into payment_reversal (id, bucket, environment_id, payment_id, amount, unapplied_amount, reason, created_at, direct_amount,
  uncovered_amount, processor_reference, suspense_amount, transferred_amount, follows)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
