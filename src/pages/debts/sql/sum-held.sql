-- What customer $2 has paid and that is applied to nothing, by currency.
select currency, sum(unapplied_amount) as amount
from payment
where environment_id = $1 and customer_id = $2 and bucket = $3 and unapplied_amount > 0
group by currency
order by currency
