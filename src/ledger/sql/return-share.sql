update payment_reversal set returned_amount = returned_amount + $4, reinstatement_id = $5
where id = $2 and bucket = $3 and environment_id = $1
