-- Gives up a reserved key, unless somebody has come for it since it had so many holders: what it was reserved for has not happened, and
-- cannot any more.
delete from idempotency_key
where environment_id = $1 and key = $2 and bucket = $3 and response_id = $4 and holders = $5
