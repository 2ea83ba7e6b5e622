-- Gives the customers and accounts of environment $1 names of which some are common and most are not, e-mail addresses and phone
-- numbers, and every fifth account a bill. No entry stands behind the bills: these books are not verified.
with numbered as materialized (
  select id, bucket, row_number() over (order by id) as n from customer where environment_id = $1::integer
), named as (
  update customer as c
  set name = (array['John', 'Thandiwe', 'Mohammed', 'María José', 'Anna', 'Johanna', 'Sipho', 'Peter'])[1 + n % 8]
      || ' ' || initcap(translate(left(md5(n::text), 6), '0123456789', 'aeioulnrst'))
      || ' ' || (array['Smith', 'Nkosi', 'van der Merwe', 'O''Brien', 'Dlamini'])[1 + n % 5],
    email = 'person' || n || '@example.com', phone = '+2782' || lpad(n::text, 7, '0')
  from numbered as m
  where m.id = c.id and m.bucket = c.bucket
), accounts as (
  update account set name = (array['Water Supply', 'Fibre Line', 'School Fees'])[1 + bucket % 3] where environment_id = $1
), billed as materialized (
  select *, 1000 + n as amount, pg_temp.made_id(1000 * extract(epoch from now())::bigint + n, bucket) as bill_id
  from (
    select id, bucket, customer_id, row_number() over (order by id) as n from account
    where environment_id = $1 and bucket % 5 = 0
  ) as a
), bills as (
  insert into bill (id, bucket, environment_id, customer_id, account_id, external_reference, currency, amount_due, bill_date,
    created_at, updated_at)
  select bill_id, bucket, $1, customer_id, id, 'B' || n, 'ZAR', amount, '2026-01-01', now(), now() from billed
), referenced as (
  insert into external_reference (environment_id, kind, reference, entity_id, bucket)
  select $1, 'bill', 'B' || n, bill_id, pg_temp.bucket_of('B' || n) from billed
)
insert into receivable (id, bucket, environment_id, kind, customer_id, account_id, currency, balance, version, status,
  external_reference)
select bill_id, bucket, $1, 'bill', customer_id, id, 'ZAR', amount, 1, 'unpaid', 'B' || n from billed
