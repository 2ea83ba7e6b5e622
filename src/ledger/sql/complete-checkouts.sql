-- Marks requests and sessions as paid. Money that comes late pays one that had expired or was cancelled, too.
with completed as (
  update checkout as c
  set status = 'paid', payment_id = s.payment_id, last_payment_error = null, version = c.version + 1,
    updated_at = $5::timestamptz
  from unnest($1::uuid[], $2::integer[], $3::integer[], $4::uuid[]) as s (id, bucket, environment_id, payment_id)
  where c.environment_id = s.environment_id and c.id = s.id and c.bucket = s.bucket and c.status <> 'paid'
  -- spread: and c.bucket = any ($2::integer[])
  returning c.id
)
select assert_rows((select count(*) from completed), $6::integer, 'every locked checkout is completed')
