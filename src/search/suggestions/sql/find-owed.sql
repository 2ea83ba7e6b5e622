-- What the objects $2 (buckets $3) owe or have in credit.
select id, kind, currency, balance, status = 'voided' as voided
from receivable
where environment_id = $1 and id = any ($2::uuid[]) and bucket = any ($3::integer[])
