select id from payment_reversal
where environment_id = $1 and payment_id = $2 and processor_reference = $4 and bucket = $3
