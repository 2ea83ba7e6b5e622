-- Moves a payment to the status $4 if it has one of the statuses $10, and writes the audit entry. Columns whose
-- parameter is null keep their value. What a payment was tried with is its channel.
with updated as (
  update payment
  set status = $4, next_check_at = coalesce($5, next_check_at), processor_reference = coalesce($6, processor_reference),
    method_details = coalesce($7, method_details), channel = coalesce($7::jsonb ->> 'type', channel), last_payment_error = coalesce($8, last_payment_error),
    version = version + 1, updated_at = $9
  where environment_id = $1 and id = $2 and bucket = $3 and status = any ($10)
  returning id, bucket, environment_id
)
insert into audit_entry (id, bucket, environment_id, actor, action, object_kind, object_id, request_id, recorded_at)
select $11::uuid, bucket, environment_id, $12, 'updated', 'payment', id, $13, $9
from updated
