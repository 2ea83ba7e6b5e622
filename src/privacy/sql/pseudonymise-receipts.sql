update receipt as r set personal = null
from payment as p
where p.environment_id = $1 and p.customer_id = $2 and p.bucket = $3
  and r.payment_id = p.id and r.bucket = p.bucket and r.personal is not null
