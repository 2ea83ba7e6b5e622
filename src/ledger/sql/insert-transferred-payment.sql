-- A payment that came of another one, $14.
insert into payment (id, bucket, environment_id, customer_id, channel, currency, amount, applied_amount, unapplied_amount, explanation,
  metadata, received_at, status, created_at, updated_at, transferred_from)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'succeeded', $13, $13, $14)
