-- Keeps objects from being archived, which needs the lock that key share excludes, and keeps nobody from changing them otherwise.
-- Customers come first, then accounts, then bills, as everywhere.
with customers as materialized (
  select id from customer
  where id = any ($1::uuid[]) and bucket = any ($2::integer[]) and environment_id = any ($3::integer[])
  order by id for key share
), accounts as materialized (
  select id from account
  where id = any ($1::uuid[]) and bucket = any ($2::integer[]) and environment_id = any ($3::integer[])
  order by id for key share
), bills as materialized (
  select id from bill
  where id = any ($1::uuid[]) and bucket = any ($2::integer[]) and environment_id = any ($3::integer[])
  order by id for key share
)
select (select count(*) from customers), (select count(*) from accounts), (select count(*) from bills)
