-- Marks a locked payment as authorised: what is held is its amount from now on, whatever was asked for, and nothing of it has arrived.
-- What is left of it is let go of when the authorisation ends.
with authorised as (
  update payment as p
  set status = 'succeeded', amount = $4, authorised_amount = $4, captured_amount = 0, voided_amount = 0, claimed_amount = 0,
    authorised_until = $5::timestamptz, explanation = $6::json, method_details = $7::jsonb,
    channel = coalesce($7::jsonb ->> 'type', p.channel), last_payment_error = null, next_check_at = null, version = p.version + 1,
    updated_at = $8
  where environment_id = $1 and id = $2 and bucket = $3 and status <> 'succeeded'
  returning id, bucket, environment_id, customer_id, processor
)
insert into open_authorisation (payment_id, bucket, environment_id, customer_id, processor, release_at)
select id, bucket, environment_id, customer_id, processor, $5::timestamptz from authorised
