-- I5, from the side of transfers: what went on from a payment is the sum of the payments that came of it. Each of them is noted beside it,
-- is of the same currency and environment and of another customer, and was taken out of the one and entered for the other at the same
-- date through "transfers", which is zero at every date. A transfer took from applications what it did not take from the unapplied part.
with through as (
  select t.kind, t.source_id as id, t.bucket, t.environment_id, e.currency, sum(e.amount) as amount,
    min(t.effective_at) as effective_at, max(t.effective_at) as last_effective_at
  from ledger_entry as e
  join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  where e.system_account = 'transfers'
  group by t.kind, t.source_id, t.bucket, t.environment_id, e.currency
), noted as (
  select n.*, f.currency, f.customer_id, f.id is not null as has_first
  from payment_transfer as n
  left join payment as f on f.id = n.payment_id and f.bucket = n.bucket and f.environment_id = n.environment_id
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where broken))[1:5] as examples
from (
  select 'payment' as kind, coalesce(p.id, n.transfer_id) as id, 'it is not what came of another payment' as fault,
    p.id is null or n.transfer_id is null or not n.has_first or p.transferred_from <> n.payment_id or p.currency <> n.currency
      or p.customer_id is not distinct from n.customer_id or (n.customer_id is null) <> (n.transaction_id is null)
      or p.amount <> n.amount or p.channel <> 'transfer' or i.id is null or i.amount <> n.amount or i.currency <> n.currency as broken
  from (select * from payment where transferred_from is not null) as p
  full join noted as n on n.transfer_id = p.id and n.environment_id = p.environment_id
  left join through as i on i.kind = 'payment' and i.id = p.id and i.bucket = p.bucket and i.environment_id = p.environment_id
  union all
  select 'payment', coalesce(n.transfer_id, o.id), format('%s went on, and %s was taken out', n.amount, -o.amount),
    n.transfer_id is null or o.id is null or o.amount <> -n.amount or o.currency <> n.currency
      or o.effective_at is distinct from i.effective_at or o.last_effective_at is distinct from i.effective_at
  from noted as n
  full join (select * from through where kind in ('assignment', 'transfer')) as o
    on o.id = case when n.transaction_id is null then n.payment_id else n.transfer_id end
      and o.bucket = n.bucket and o.environment_id = n.environment_id
  left join through as i on i.kind = 'payment' and i.id = n.transfer_id and i.environment_id = n.environment_id
  union all
  select 'payment', coalesce(p.id, n.payment_id), format('%s went on, but it became %s', p.transferred_amount, n.amount),
    p.id is null or n.payment_id is null or p.transferred_amount <> n.amount
  from (select * from payment where transferred_amount > 0) as p
  full join (
    select payment_id, environment_id, sum(amount) as amount from payment_transfer group by payment_id, environment_id
  ) as n on n.payment_id = p.id and n.environment_id = p.environment_id
  union all
  select 'payment', coalesce(n.transfer_id, v.transfer_id), format('%s of it was applied, but %s was taken from obligations', n.applied, v.amount),
    n.applied is distinct from v.amount
  from (
    select transfer_id, environment_id, amount - unapplied_amount as applied from payment_transfer
    where transaction_id is not null and amount > unapplied_amount
  ) as n
  full join (
    select transfer_id, environment_id, sum(amount) as amount from application_reversal where transfer_id is not null
    group by transfer_id, environment_id
  ) as v on v.transfer_id = n.transfer_id and v.environment_id = n.environment_id
) as checked
