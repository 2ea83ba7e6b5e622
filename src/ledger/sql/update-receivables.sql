-- One update per receivable touched, however many payments a batch applied to it: a hot account costs one row version.
with updated as (
  update receivable as r
  set balance = moved.balance, version = moved.version, status = moved.status
  from (
    select unnest($1::uuid[]) as id, unnest($2::integer[]) as bucket, unnest($3::integer[]) as environment_id,
      unnest($4::bigint[]) as balance, unnest($5::bigint[]) as version, unnest($6::text[]) as status
  ) as moved
  where r.id = moved.id and r.bucket = moved.bucket and r.environment_id = moved.environment_id
  returning r.id
)
select assert_rows((select count(*) from updated), $7::integer, 'every locked receivable is still there')
