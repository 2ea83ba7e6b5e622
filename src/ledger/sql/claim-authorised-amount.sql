-- Claims a part of what is authorised of a locked payment. The constraint on its amounts refuses more than is left.
update payment set claimed_amount = claimed_amount + $4, version = version + 1, updated_at = $5
where environment_id = $1 and id = $2 and bucket = $3
