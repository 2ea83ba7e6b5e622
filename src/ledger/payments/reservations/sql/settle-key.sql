-- The response that a key was reserved for is there: the key is as any other from now on.
update idempotency_key
set reserved_at = null, holders = null
where environment_id = $1 and key = $2 and bucket = $3 and response_id = $4
