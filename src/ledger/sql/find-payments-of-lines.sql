-- The payments that lines of a settlement are about, which have to be this processor's, each with the refund of a reference, and
-- whether anything was taken back of it.
select l.place, p.id as payment_id, p.currency, r.id as refund_id,
  exists (
    select 1 from payment_reversal as v
    where v.payment_id = p.id and v.bucket = p.bucket and v.environment_id = p.environment_id
    -- spread: and v.bucket = any ($5::integer[])
  ) as is_reversed
from unnest($3::integer[], $4::uuid[], $5::integer[], $6::text[]) as l (place, payment_id, bucket, refund_reference)
join payment as p
  on p.environment_id = $1 and p.id = l.payment_id and p.bucket = l.bucket and p.processor = $2 and p.status = 'succeeded'
  -- spread: and p.bucket = any ($5::integer[])
left join refund as r
  on r.environment_id = p.environment_id and r.payment_id = p.id and r.bucket = p.bucket and r.processor_reference = l.refund_reference
  -- spread: and r.bucket = any ($5::integer[])
