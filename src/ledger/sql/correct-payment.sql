update payment
set applied_amount = $4, unapplied_amount = $5, reversed_amount = $6, refunded_amount = $7,
  direct_amount = $8, version = version + 1, updated_at = $9
where environment_id = $1 and id = $2 and bucket = $3
