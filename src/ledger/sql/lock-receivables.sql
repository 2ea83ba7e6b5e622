-- Locks what a batch may touch, in one list by id, so that no two batches can wait for each other. The candidates are the
-- receivables named ($1), and what is open of the customers ($2) and of the accounts ($3). What an allocation and an
-- event need to know comes along, so that no second look is needed. The rules are merged, the nearest last; most set none.
select
  r.id, r.bucket, r.environment_id, r.kind, r.customer_id, r.account_id, r.currency, r.balance, r.version, r.status,
  b.due_date, b.bill_date, b.amount_due,
  case r.kind when 'customer' then c.external_reference when 'account' then a.external_reference
    else b.external_reference end as external_reference,
  nullif(
    (select jsonb_object_agg(id, payment_rules) from environment where id = any ($5::integer[])) -> r.environment_id::text
      || c.payment_rules || coalesce(a.payment_rules, '{}') || coalesce(b.payment_rules, '{}'), '{}') as rules
from receivable as r
join customer as c on c.id = r.customer_id and c.bucket = r.bucket
left join account as a on a.id = r.account_id and a.bucket = r.bucket
-- `offset 0` has it looked up by an index, whatever the planner thinks of the table's size; by null, so not at all, for others.
left join lateral (
  select due_date, bill_date, amount_due, external_reference, payment_rules
  from bill
  where id = case r.kind when 'bill' then r.id end and bucket = r.bucket and customer_id = r.customer_id
  offset 0
) as b on true
where r.id = any (
    $1::uuid[]
    || array(select id from receivable where customer_id = any ($2::uuid[])
      and (status is null or status = 'unpaid'))
    || array(select id from receivable where account_id = any ($3::uuid[])
      and (status is null or status = 'unpaid')))
  and r.bucket = any ($4::integer[])
  and r.environment_id = any ($5::integer[])
order by r.id
for no key update of r
