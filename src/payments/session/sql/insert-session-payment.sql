-- Writes a payment that a payer has started, what its processor is asked for, and its audit entry; nothing when it exists already.
with inserted as (
  insert into payment (id, bucket, environment_id, customer_id, target_id, status, channel, currency, amount, processor,
    metadata, next_check_at, created_at, updated_at, chosen_ids, chosen_amounts, checkout_id, capture_method)
  values ($1, $2, $3, $4, $5, 'initiating', 'card', $6, $7, $8, $9, $10, $11, $11, $15, $16, $17, $20)
  on conflict do nothing
  returning id, bucket, environment_id, amount
), asked as (
  insert into charge (payment_id, bucket, environment_id, amount, merchant_name, return_url)
  select id, bucket, environment_id, amount, $18, $19 from inserted
)
insert into audit_entry (id, bucket, environment_id, actor, action, object_kind, object_id, request_id, recorded_at)
select $12::uuid, bucket, environment_id, $13, 'created', 'payment', id, $14, $11
from inserted
