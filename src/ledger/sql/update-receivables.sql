-- One update per receivable touched, however many payments a batch applied to it: a hot account costs one row version.
-- A balance is written only over the one it was decided from, so that a balance read without a lock is as safe as a
-- locked one.
with updated as (
  update receivable as r
  set balance = moved.balance, version = moved.version, status = moved.status,
    owed_since = coalesce(moved.owed_since, r.owed_since), moved_at = $12::timestamptz
  from (
    select unnest($1::uuid[]) as id, unnest($2::integer[]) as bucket, unnest($3::integer[]) as environment_id,
      unnest($4::text[]) as currency, unnest($5::bigint[]) as found_balance, unnest($6::bigint[]) as found_version,
      unnest($7::text[]) as found_status, unnest($8::bigint[]) as balance, unnest($9::bigint[]) as version,
      unnest($10::text[]) as status, unnest($11::timestamptz[]) as owed_since
  ) as moved
  where r.id = moved.id and r.bucket = moved.bucket and r.environment_id = moved.environment_id
    and r.currency = moved.currency and r.balance = moved.found_balance and r.version = moved.found_version
    and r.status is not distinct from moved.found_status
    -- spread: and r.bucket = any ($2::integer[])
  returning r.id
)
select assert_rows((select count(*) from updated), $13::integer, 'every balance is what it was decided from', '40001')
