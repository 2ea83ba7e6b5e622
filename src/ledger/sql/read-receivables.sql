-- Reads what a batch may touch: lock-receivables.sql without the lock, for a preview or a page, or for a batch that
-- checks when it writes whether the balances have changed meanwhile.
select
  r.id, r.bucket, r.environment_id, r.kind, r.customer_id, r.account_id, r.currency, r.balance, r.version, r.status,
  case r.kind when 'bill' then r.owed_since end as owed_since, r.moved_at,
  r.external_reference, b.due_date, b.bill_date, b.amount_due,
  b.amount_adjusted, b.amount_written_off, b.version as bill_version, b.metadata::text as bill_metadata,
  b.created_at as bill_created_at, b.particulars as bill_particulars,
  coalesce(r.overpayment_allowed, r.environment_id = any (array(
    select id from environment where id = any ($5::integer[]) and payment_rules @> '{"overpayment_allowed": true}'
  ))) as overpayment_allowed
from receivable as r
-- `offset 0` forces an index look-up, whatever the planner thinks of the size of the table. For other kinds the id is
-- null, so nothing is looked up.
left join lateral ( -- on one machine
-- spread: left join (
  select due_date, bill_date, amount_due, amount_adjusted, amount_written_off, version, metadata, created_at,
    -- spread: id, bucket, customer_id,
    case when num_nonnulls(description, lines, document_url) > 0 then jsonb_strip_nulls(
      jsonb_build_object('description', description, 'lines', lines, 'document_url', document_url))::text end as particulars
  from bill
  where id = case r.kind when 'bill' then r.id end and bucket = r.bucket and customer_id = r.customer_id -- on one machine
  offset 0 -- on one machine
) as b on true -- on one machine
  -- spread: where bucket = any ($4::integer[])
-- spread: ) as b on b.id = r.id and b.bucket = r.bucket and b.customer_id = r.customer_id
where r.id = any (
    $1::uuid[]
    || array(select id from receivable where customer_id = any ($2::uuid[])
      -- spread: and bucket = any ($4::integer[])
      and (status is null or status = 'unpaid'))
    || array(select id from receivable where account_id = any ($3::uuid[])
      -- spread: and bucket = any ($4::integer[])
      and (status is null or status = 'unpaid')))
  and r.bucket = any ($4::integer[])
  and r.environment_id = any ($5::integer[])
order by r.id
