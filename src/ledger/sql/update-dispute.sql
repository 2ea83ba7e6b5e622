update dispute
set amount = $4, reason = $5, status = $6, respond_by = $7, reversal_id = $8, reinstatement_id = $9, reinstated_at = $10,
  closing_id = $11, closed_at = $12, next_check_at = $13, version = $14, updated_at = $15
where environment_id = $1 and id = $2 and bucket = $3
