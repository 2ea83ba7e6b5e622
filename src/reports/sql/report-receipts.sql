-- What was received that counts from $3 on and before $4, by day in the time zone $5 or by channel, as $6 says: the totals, and the entries
-- from the id $7 on, which are not in them yet. What came of another payment went through "transfers" and into no clearing account, so
-- it is not counted again. Nothing counts from later than it was written, but clocks differ a little.
select case $6 when 'day' then (received.quarter at time zone $5)::date end as day,
  case $6 when 'channel' then substr(received.account, 10) end as channel,
  received.currency, sum(received.entries) as count, sum(received.amount) as amount
from (
  select effective_quarter as quarter, account, currency, entries, amount
  from ledger_total
  where environment_id = $1 and bucket = $2 and kind = 'payment' and account like 'clearing:%'
    and effective_quarter >= $3 and effective_quarter < $4 and written_quarter >= $3::timestamptz - interval '15 minutes'
  union all
  select t.effective_at, e.system_account, e.currency, 1, e.amount
  from ledger_entry as e
  join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  where e.environment_id = $1 and e.id >= $7 and t.id >= $7 and e.system_account like 'clearing:%'
    and t.kind = 'payment' and t.effective_at >= $3 and t.effective_at < $4
) as received
group by 1, 2, 3
order by 1, 2, 3
