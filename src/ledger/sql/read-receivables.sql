-- Reads what a batch may touch as it is now: lock-receivables.sql without the lock, for a preview or a page, or for a batch that
-- finds out when it writes whether that has changed meanwhile.
select
  r.id, r.bucket, r.environment_id, r.kind, r.customer_id, r.account_id, r.currency, r.balance, r.version, r.status,
  r.owed_since, r.moved_at, r.external_reference, b.due_date, b.bill_date, b.amount_due,
  coalesce(r.overpayment_allowed, r.environment_id = any (array(
    select id from environment where id = any ($5::integer[]) and payment_rules @> '{"overpayment_allowed": true}'
  ))) as overpayment_allowed
from receivable as r
-- `offset 0` has it looked up by an index, whatever the planner thinks of the table's size; by null, so not at all, for others.
left join lateral (
  select due_date, bill_date, amount_due
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
