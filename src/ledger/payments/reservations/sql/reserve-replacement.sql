-- Gives a held reference to the payment that is to replace the one it names.
update payment_reference
set payment_id = $5, fingerprint = $6, reserved_at = now(), holders = 1
where environment_id = $1 and channel = $2 and reference = $3 and bucket = $4
returning payment_id as id, fingerprint, holders
