update checkout
set status = $4, external_reference = $5, description = $6, metadata = $7, attempt_id = $8, last_payment_error = $9,
  expires_at = $10, cancelled_at = $11, version = $12, updated_at = $13
where environment_id = $1 and id = $2 and bucket = $3
