update transfer_notice
set status = 'announced', announced_at = $4, expires_at = $5, version = version + 1, updated_at = $4
where environment_id = $1 and id = $2 and bucket = $3
