-- Locks payments that are to be completed or changed, in the order of their ids.
select id, bucket, environment_id, customer_id, status, channel, currency, amount, applied_amount, unapplied_amount,
  reversed_amount, refunded_amount, direct_amount, suspense_amount, transferred_amount, transferred_from, processor, metadata, version, received_at, created_at, capture_method, authorised_amount,
  captured_amount, voided_amount, claimed_amount, authorised_until, checkout_id, method_details
from payment
where id = any ($1::uuid[]) and bucket = any ($2::integer[]) and environment_id = any ($3::integer[])
order by id
for no key update
