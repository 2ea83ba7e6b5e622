-- What a processor is asked for a payment besides what the payment says, the page that it opened, and the e-mail address of who pays.
select c.merchant_name, c.return_url, c.page_url, k.email as payer_email
from charge as c
join payment as p on p.environment_id = c.environment_id and p.id = c.payment_id and p.bucket = c.bucket
left join customer as k on k.environment_id = p.environment_id and k.id = p.customer_id and k.bucket = p.bucket
where c.environment_id = $1 and c.payment_id = $2 and c.bucket = $3
