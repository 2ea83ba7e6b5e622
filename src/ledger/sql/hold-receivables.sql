-- Locks the balances that decisions depend on, in the order of their ids, and fails unless each is still as it was
-- read. Where a payment read balances that it does not write, another transaction could read what this one writes and
-- write what this one read (write skew): one of the two fails here.
with held as (
  select r.id
  from receivable as r
  join (
    select unnest($1::uuid[]) as id, unnest($2::integer[]) as bucket, unnest($3::integer[]) as environment_id,
      unnest($4::text[]) as currency, unnest($5::bigint[]) as balance, unnest($6::bigint[]) as version,
      unnest($7::text[]) as status
  ) as found on r.id = found.id and r.bucket = found.bucket and r.environment_id = found.environment_id
  where r.currency = found.currency and r.balance = found.balance and r.version = found.version
    and r.status is not distinct from found.status
    -- spread: and r.bucket = any ($2::integer[])
  order by r.id
  for no key update of r
)
select assert_rows((select count(*) from held), $8::integer, 'every balance is what it was decided from', '40001')
