-- Notes beside payment $1 that payment $4 came of it.
insert into payment_transfer (payment_id, bucket, environment_id, transfer_id, amount, created_at, unapplied_amount, reason, transaction_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
