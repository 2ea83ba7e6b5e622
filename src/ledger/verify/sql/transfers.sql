-- I5, from the side of transfers: what went on from a payment is the sum of the payments that came of it, each of which is noted beside
-- it, is of the same currency and environment, and was taken out of the one and entered for the other at the same date through "transfers".
with through as (
  select t.kind, t.source_id as id, t.bucket, t.environment_id, e.currency, sum(e.amount) as amount, min(t.effective_at) as effective_at
  from ledger_entry as e
  join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  where e.system_account = 'transfers'
  group by t.kind, t.source_id, t.bucket, t.environment_id, e.currency
), noted as (
  select n.payment_id, n.environment_id, n.transfer_id, n.amount, f.currency, f.id is not null as has_first, o.effective_at
  from payment_transfer as n
  left join payment as f on f.id = n.payment_id and f.bucket = n.bucket and f.environment_id = n.environment_id
  left join through as o on o.kind = 'assignment' and o.id = n.payment_id and o.bucket = n.bucket and o.environment_id = n.environment_id
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('payment %s: %s', id, fault)) filter (where broken))[1:5] as examples
from (
  select coalesce(p.id, n.transfer_id) as id, 'it is not what came of another payment' as fault,
    p.id is null or n.transfer_id is null or not n.has_first or p.transferred_from <> n.payment_id or p.currency <> n.currency
      or p.amount <> n.amount or p.channel <> 'transfer' or i.id is null or i.amount <> n.amount or i.currency <> n.currency
      or i.effective_at is distinct from n.effective_at as broken
  from (select * from payment where transferred_from is not null) as p
  full join noted as n on n.transfer_id = p.id and n.environment_id = p.environment_id
  left join through as i on i.kind = 'payment' and i.id = p.id and i.bucket = p.bucket and i.environment_id = p.environment_id
  union all
  select coalesce(p.id, n.payment_id, o.id), format('%s went on, but it became %s, and %s was taken out', p.transferred_amount, n.amount, -o.amount),
    p.id is null or n.payment_id is null or o.id is null or p.transferred_amount <> n.amount or p.transferred_amount <> -o.amount
  from (select * from payment where transferred_amount > 0) as p
  full join (
    select payment_id, environment_id, sum(amount) as amount from payment_transfer group by payment_id, environment_id
  ) as n on n.payment_id = p.id and n.environment_id = p.environment_id
  full join (select * from through where kind = 'assignment') as o on o.id = coalesce(p.id, n.payment_id)
    and o.environment_id = coalesce(p.environment_id, n.environment_id)
) as checked
