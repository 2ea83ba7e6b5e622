select 1
from payment
where environment_id = $1 and id = $2 and bucket = $3 and reversed_amount = amount
