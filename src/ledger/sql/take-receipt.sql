-- Takes the receipt of a payment that is captured by hand, to be written anew.
delete from receipt where payment_id = $1 and bucket = $2 returning facts
