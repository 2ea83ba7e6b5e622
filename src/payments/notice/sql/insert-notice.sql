-- Writes a notice that is shown to a payer, with its code and its audit entry; nothing when the same form has made it before.
with inserted as (
  insert into transfer_notice (id, bucket, environment_id, code, status, customer_id, target_id, checkout_id, checkout_kind,
    currency, amount, chosen_ids, chosen_kinds, chosen_amounts, expires_at, created_at, updated_at)
  values ($1, $2, $3, $4, 'shown', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)
  on conflict (environment_id, id, bucket) do nothing
  returning id, bucket, environment_id
), coded as (
  insert into transfer_code (environment_id, code, notice_id, bucket)
  select environment_id, $4, id, $5 from inserted
)
insert into audit_entry (id, bucket, environment_id, actor, action, object_kind, object_id, request_id, recorded_at)
select $17::uuid, bucket, environment_id, $18, 'created', 'transfer_notice', id, $19, $16
from inserted
