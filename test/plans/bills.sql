-- Makes $2 bills of environment $1, each on an account of chance and raised by a transaction of its own, with the rows that the
-- plans of lists depend on.
with account_of as materialized (
  select id, bucket, customer_id, row_number() over (order by random()) as n
  from account where environment_id = $1::integer
), made as materialized (
  select s.n, a.id as account_id, a.bucket, a.customer_id, $3::bigint + s.n as ms,
    case when s.n % 5 = 0 then 'unpaid' else 'paid' end as status
  from generate_series(1, $2::integer) as s (n)
  join account_of as a on a.n = 1 + s.n % (select count(*) from account_of)
), identified as materialized (
  select *, pg_temp.made_id(ms, bucket) as id from made
), named as (
  insert into external_reference (environment_id, kind, reference, entity_id, bucket)
  select $1::integer, 'bill', 'B' || n, id, pg_temp.bucket_of('B' || n) from identified
), bills as (
  insert into bill (id, bucket, environment_id, customer_id, account_id, external_reference, currency, amount_due, bill_date,
    due_date, metadata, created_at, updated_at)
  select id, bucket, $1::integer, customer_id, account_id, 'B' || n, 'ZAR', 1000, '2026-01-01', date '2026-01-01' + n % 365,
    jsonb_build_object('run', (n % 1000)::text), to_timestamp(ms / 1000.0), to_timestamp(ms / 1000.0)
  from identified
)
insert into receivable (id, bucket, environment_id, kind, customer_id, account_id, currency, balance, version, status,
  external_reference)
select id, bucket, $1::integer, 'bill', customer_id, account_id, 'ZAR', case status when 'paid' then 0 else 1000 end, 1, status,
  'B' || n
from identified
