-- When the money of payment $2 was last taken back by its processor, of what has not come again.
select max(created_at) as at
from payment_reversal
where payment_id = $2 and environment_id = $1 and bucket = $3 and reinstatement_id is null
