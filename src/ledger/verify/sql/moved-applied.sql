-- I5, of what has moved since the id $1: what a transaction entered for money on a receivable is what was applied there by it less what was
-- reversed; and a bill that moved stores what was entered by hand, as in applied.sql.
with fresh as materialized (
  select e.transaction_id, e.receivable_id, e.bucket, e.environment_id, e.currency, e.amount, t.kind
  from ledger_entry as e
  left join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  where e.id >= $1::uuid and e.receivable_id is not null
), applied as (
  select transaction_id, receivable_id, bucket, environment_id, currency, -amount as amount
  from environment as n
  cross join lateral (select * from application where environment_id = n.id and id >= $1::uuid) as a
  union all
  select v.transaction_id, a.receivable_id, v.bucket, v.environment_id, a.currency, v.amount
  from application_reversal as v
  join application as a on a.id = v.application_id and a.bucket = v.bucket and a.environment_id = v.environment_id
  where v.id >= $1::uuid
), bills as (
  select r.id, r.bucket, r.environment_id, r.balance, r.status, b.id as bill_id, b.amount_due, b.amount_adjusted, b.amount_written_off
  from (select distinct receivable_id, bucket from fresh) as m
  join receivable as r on r.id = m.receivable_id and r.bucket = m.bucket and r.kind = 'bill'
  left join bill as b on b.id = r.id and b.bucket = r.bucket and b.environment_id = r.environment_id
), entered as (
  select receivable_id, bucket,
    coalesce(sum(amount) filter (where by_hand), 0) as by_hand,
    -coalesce(sum(amount) filter (where not by_hand), 0) as applied,
    coalesce(sum(amount) filter (where kind = 'bill_raised'), 0) as raised,
    coalesce(sum(amount) filter (where kind in ('fee', 'credit_note', 'discount', 'adjustment')), 0) + greatest(0, max(set_back)) as adjusted,
    -coalesce(sum(amount) filter (where kind = 'write_off'), 0) as written_off
  from (
    select e.receivable_id, e.bucket, e.amount, t.kind,
      t.kind not in ('payment', 'application', 'application_reversal', 'payment_reversal', 'refund', 'refund_failed', 'dispute_won', 'transfer') as by_hand,
      sum(e.amount) filter (where t.kind in ('amount_paid_set', 'credit')) over (partition by e.receivable_id, e.bucket order by e.version) as set_back
    from bills as b
    join ledger_entry as e on e.receivable_id = b.id and e.bucket = b.bucket
    join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket
  ) as history
  group by receivable_id, bucket
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where broken))[1:5] as examples
from (
  select 'transaction' as kind, coalesce(e.transaction_id, a.transaction_id) as id,
    format('%s entered on a receivable, and %s applied', e.amount, a.amount) as fault,
    e.amount is distinct from a.amount as broken
  from (
    select transaction_id, receivable_id, bucket, environment_id, currency, sum(amount) as amount from fresh
    where kind in ('payment', 'application', 'application_reversal', 'payment_reversal', 'refund', 'refund_failed', 'dispute_won', 'transfer')
    group by 1, 2, 3, 4, 5
  ) as e
  full join (
    select transaction_id, receivable_id, bucket, environment_id, currency, sum(amount) as amount from applied group by 1, 2, 3, 4, 5
  ) as a on a.transaction_id = e.transaction_id and a.receivable_id = e.receivable_id and a.bucket = e.bucket
    and a.environment_id = e.environment_id and a.currency = e.currency
  union all
  select 'bill', b.id, format('balance %s (%s), by hand %s, applied %s, due %s, adjusted %s, written off %s',
      balance, status, by_hand, applied, amount_due, amount_adjusted, amount_written_off),
    bill_id is null or balance <> by_hand - applied
      or amount_due <> raised or amount_adjusted <> adjusted or amount_written_off <> written_off
      or case status when 'voided' then balance <> 0 or applied <> 0
        else (status = 'unpaid') <> (balance > 0) or amount_due + amount_adjusted - amount_written_off - balance < applied end
  from bills as b
  left join entered as e on e.receivable_id = b.id and e.bucket = b.bucket
  union all
  select 'obligation', a.id, 'it has no receivable', r.id is null
  from environment as n
  cross join lateral (select * from application where environment_id = n.id and id >= $1::uuid) as a
  left join receivable as r on r.id = a.receivable_id and r.bucket = a.bucket and r.environment_id = a.environment_id
    and r.customer_id = a.customer_id and r.kind = a.kind and r.currency = a.currency
) as checked
