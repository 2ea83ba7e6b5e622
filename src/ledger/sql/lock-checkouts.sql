-- Locks the requests and sessions of which attempts are completed, in the order of their ids.
select c.id, c.bucket, c.environment_id, c.kind, c.type, c.status, c.customer_id, c.target_kind, c.target_id, c.currency,
  c.amount, c.external_reference, c.description, c.return_url, c.phone, c.capture_method, c.metadata, c.attempt_id, c.last_payment_error,
  c.payment_id, c.version, c.expires_at, c.cancelled_at, c.created_at, c.updated_at
from checkout as c
where c.id = any ($1::uuid[]) and c.bucket = any ($2::integer[]) and c.environment_id = any ($3::integer[])
order by c.id
for no key update
