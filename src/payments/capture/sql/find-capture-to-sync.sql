-- A capture or a void, with the charge that it is of.
select k.*, v.mode, p.currency, p.processor, p.processor_reference as charge_reference, p.authorised_until, c.processor_payment_id
from capture as k
join environment as v on v.id = k.environment_id
join payment as p on p.environment_id = k.environment_id and p.id = k.payment_id and p.bucket = k.bucket
left join charge as c on c.environment_id = k.environment_id and c.payment_id = k.payment_id and c.bucket = k.bucket
where k.environment_id = $1 and k.id = $2 and k.bucket = $3
