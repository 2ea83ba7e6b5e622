-- One update per receivable touched, however many payments a batch applied to it: a hot account costs one row version. The new
-- values are found by their place in the lists, not by a join: its plan, made while the table is small, would be a scan of the
-- whole table that is kept while the table grows.
with updated as (
  update receivable as r
  set (balance, version, status) = (
    select ($4::bigint[])[place], ($5::bigint[])[place], ($6::text[])[place] from array_position($1::uuid[], r.id) as place
  )
  where r.id = any ($1::uuid[]) and r.bucket = any ($2::integer[]) and r.environment_id = any ($3::integer[])
  returning r.id
)
select assert_rows((select count(*) from updated), $7::integer, 'every locked receivable is still there')
