-- Completes payments that a page has started. What arrived is their amount from now on, whatever was asked for.
with completed as (
  update payment as p
  set status = 'succeeded', amount = s.amount, applied_amount = s.applied_amount, unapplied_amount = s.unapplied_amount,
    direct_amount = s.direct_amount, explanation = s.explanation::json, method_details = s.method_details::jsonb,
    channel = coalesce(s.method_details::jsonb ->> 'type', p.channel), received_at = s.received_at, last_payment_error = null,
    version = p.version + 1, updated_at = $10::timestamptz
  from unnest($1::uuid[], $2::integer[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[],
    $8::text[], $9::timestamptz[], $12::bigint[])
    as s (id, bucket, environment_id, applied_amount, unapplied_amount, direct_amount, explanation, method_details, received_at, amount)
  where p.id = s.id and p.bucket = s.bucket and p.environment_id = s.environment_id and p.status <> 'succeeded'
  -- spread: and p.bucket = any ($2::integer[])
  returning p.id
)
select assert_rows((select count(*) from completed), $11::integer, 'every locked payment is completed')
