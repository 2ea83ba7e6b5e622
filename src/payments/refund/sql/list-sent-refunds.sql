-- The refunds of a payment that its processor knows, and of which it may have news.
select id
from refund
where environment_id = $1 and payment_id = $2 and bucket = $3 and processor_reference is not null and status <> 'failed'
order by id
