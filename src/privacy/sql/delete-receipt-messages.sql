delete from receipt_message as m
using payment as p
where p.environment_id = $1 and p.customer_id = $2 and p.bucket = $3 and m.payment_id = p.id and m.bucket = p.bucket
