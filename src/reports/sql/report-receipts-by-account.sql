-- What was received that counts from $3 on and before $4, by the account that it was applied to at once. The totals say in which quarters
-- of an hour such money was written, so the entries of those are read, and those from the id $5 on, which are not in the totals yet.
-- Nothing counts from later than it was written, but clocks differ a little. Money that was applied to no account, or not at all, has none. What came of another payment is not counted again.
with quarter as materialized (
  select distinct written_quarter as start
  from ledger_total
  where environment_id = $1 and bucket = $2 and kind = 'payment' and account like 'clearing:%'
    and effective_quarter >= $3 and effective_quarter < $4 and written_quarter >= $3::timestamptz - interval '15 minutes'
), span as (
  select id_at(start) as first, least(id_at(start + interval '15 minutes'), $5::uuid) as beyond from quarter
  union all
  select $5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'
), received as (
  select r.account_id, e.currency, e.transaction_id as id, -e.amount as amount
  from span
  cross join lateral (
    select e.transaction_id, e.bucket, e.receivable_id, e.currency, e.amount, t.source_id
    from ledger_entry as e
    join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
    where e.id >= span.first and e.id < span.beyond and t.id >= span.first and t.id < span.beyond and e.environment_id = $1
      and (e.system_account is null or e.system_account not like 'clearing:%')
      and t.kind = 'payment' and t.effective_at >= $3 and t.effective_at < $4
    -- So that each span is read for itself.
    offset 0 -- on one machine
  ) as e
  join payment as p on p.environment_id = $1 and p.id = e.source_id and p.bucket = e.bucket
  left join receivable as r on r.id = e.receivable_id and r.bucket = e.bucket and r.environment_id = $1
  where p.transferred_from is null
)
select received.account_id, a.external_reference, received.currency, count(distinct received.id) as count,
  sum(received.amount) as amount
from received
left join account as a on a.id = received.account_id and a.environment_id = $1
group by received.account_id, a.external_reference, received.currency
order by received.account_id, received.currency
