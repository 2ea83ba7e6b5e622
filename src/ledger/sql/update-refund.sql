update refund
set status = $4, processor_reference = $5, failure = $6, failure_id = $7, next_check_at = $8, succeeded_at = $9,
  failed_at = $10, version = $11, updated_at = $12
where environment_id = $1 and id = $2 and bucket = $3
