-- Prevents objects from being archived: that needs `for update`, which `for key share` excludes. Other changes of the
-- objects are not blocked. The lock order is customers, accounts, bills.
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
