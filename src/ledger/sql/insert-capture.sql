insert into capture (id, bucket, environment_id, payment_id, kind, status, amount, released_amount, reason, metadata, told_id,
  obligation_ids, idempotency_key, response_id, next_check_at, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::uuid[], $13, $14, $15, $16, $16)
