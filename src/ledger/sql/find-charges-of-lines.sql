-- The payments that references of a processor belong to.
select k.reference, k.payment_id
from unnest($3::text[], $4::integer[]) as l (reference, bucket)
join processor_reference as k
  on k.environment_id = $1 and k.processor = $2 and k.reference = l.reference and k.bucket = l.bucket
  -- spread: and k.bucket = any ($4::integer[])
