-- Gives up a reserved reference, as release-reserved-key.sql does a key.
delete from payment_reference
where environment_id = $1 and channel = $2 and reference = $3 and bucket = $4 and payment_id = $5 and holders = $6
