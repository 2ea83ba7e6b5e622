-- The request or session of a code. Sent where tables are spread over machines, before find-checkout-by-code.sql.
select checkout_id from checkout_code where code_hash = $1 and bucket = $2
