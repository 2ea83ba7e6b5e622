-- Ends transfer notices by the payments that came with their codes. Money that comes late ends one that had expired, too.
with settled as (
  update transfer_notice as n
  set status = 'settled', settled_by = s.payment_id, settled_at = $5::timestamptz, version = n.version + 1,
    updated_at = $5::timestamptz
  from unnest($1::uuid[], $2::integer[], $3::integer[], $4::uuid[]) as s (id, bucket, environment_id, payment_id)
  where n.environment_id = s.environment_id and n.id = s.id and n.bucket = s.bucket and n.status <> 'settled'
  -- spread: and n.bucket = any ($2::integer[])
  returning n.id
)
select assert_rows((select count(*) from settled), $6::integer, 'every locked notice is settled')
