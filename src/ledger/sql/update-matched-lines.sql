update settlement_line as l
set matched = true, matched_at = $7, payment_id = m.payment_id, refund_id = m.refund_id
from unnest($1::integer[], $2::text[], $3::text[], $4::integer[], $5::uuid[], $6::uuid[])
  as m (environment_id, processor, reference, bucket, payment_id, refund_id)
where l.environment_id = m.environment_id and l.processor = m.processor and l.reference = m.reference and l.bucket = m.bucket
-- spread: and l.bucket = any ($4::integer[]) and not l.matched
