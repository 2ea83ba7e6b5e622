-- The payment that a reference was reserved for is there: the reference is as any other from now on.
update payment_reference
set reserved_at = null, holders = null
where environment_id = $1 and channel = $2 and reference = $3 and bucket = $4 and payment_id = $5
