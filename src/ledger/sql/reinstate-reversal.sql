update payment_reversal set reinstatement_id = $4
where id = $2 and bucket = $3 and environment_id = $1 and reinstatement_id is null
