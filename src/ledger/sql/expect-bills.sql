-- Fails unless each bill still has the version that was read. A change of a bill locks its balance after the bill, so none is
-- committed between this statement, which follows the lock of the balance, and the end of the transaction.
select assert_rows((
  select count(*)
  from (
    select unnest($1::uuid[]) as id, unnest($2::integer[]) as bucket, unnest($3::integer[]) as environment_id,
      unnest($4::bigint[]) as version
  ) as told
  join bill on bill.id = told.id and bill.bucket = told.bucket and bill.environment_id = told.environment_id
    and bill.version = told.version
    -- spread: and bill.bucket = any ($2::integer[])
), $5::integer, 'every bill is told of as it is', '40001')
