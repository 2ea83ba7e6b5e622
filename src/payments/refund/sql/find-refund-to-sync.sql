-- A refund through a processor, with the charge that it is of.
select r.*, v.mode, p.processor_reference as charge_reference, c.processor_payment_id
from refund as r
join environment as v on v.id = r.environment_id
join payment as p on p.environment_id = r.environment_id and p.id = r.payment_id and p.bucket = r.bucket
left join charge as c on c.environment_id = r.environment_id and c.payment_id = r.payment_id and c.bucket = r.bucket
where r.environment_id = $1 and r.id = $2 and r.bucket = $3 and r.processor is not null
