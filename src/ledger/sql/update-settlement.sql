update settlement
set status = $4, arrives_at = $5, lines = $6, lines_cursor = $7, line_count = $8, line_gross = $9, line_fee = $10, version = $11,
  updated_at = $12
where environment_id = $1 and id = $2 and bucket = $3
