update webhook_delivery
set next_attempt_at = $3::timestamptz
where environment_id = $1 and endpoint_id = $2 and status = 'pending'
