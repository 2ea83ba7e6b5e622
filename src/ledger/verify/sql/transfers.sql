-- I5, from the side of transfers. Each payment that came of another one is noted beside it, is of the same currency and environment and of
-- another customer, and was taken out of the one and entered for the other at the same date through "transfers", which is zero at every
-- date. A transfer took from applications what it did not take from the unapplied part. What went on from a payment and is still there is the
-- sum of what came of it, less what of that was taken back: a reversal took of it what it says, and no more of that came back.
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
), shares as (
  -- By the payment that those came of of which something was taken, and the reversal that took it.
  select p.transferred_from as payment_id, v.environment_id, v.follows, sum(v.amount) as taken, sum(v.returned_amount) as returned
  from (select * from payment_reversal where follows is not null) as v
  join payment as p on p.id = v.payment_id and p.bucket = v.bucket and p.environment_id = v.environment_id
  group by p.transferred_from, v.environment_id, v.follows
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
    p.id is null or p.transferred_amount <> coalesce(n.amount, 0)
  from (select * from payment where transferred_amount > 0) as p
  full join (
    select n.payment_id, n.environment_id, sum(n.amount - coalesce(c.reversed_amount, 0)) as amount
    from payment_transfer as n
    left join (select * from payment where transferred_from is not null) as c on c.id = n.transfer_id and c.environment_id = n.environment_id
    group by n.payment_id, n.environment_id
    having sum(n.amount - coalesce(c.reversed_amount, 0)) > 0
  ) as n on n.payment_id = p.id and n.environment_id = p.environment_id
  union all
  select 'reversal', coalesce(v.id, s.follows), format('%s was taken of what the payment had become, but the shares come to %s', v.transferred_amount, s.taken),
    coalesce(v.transferred_amount, 0) <> coalesce(s.taken, 0)
  from (
    select id, payment_id, environment_id, transferred_amount, coalesce(follows, id) as follows from payment_reversal where transferred_amount > 0
  ) as v
  full join shares as s on s.payment_id = v.payment_id and s.follows = v.follows and s.environment_id = v.environment_id
  union all
  select 'payment', coalesce(v.payment_id, s.payment_id), format('%s came back, %s of it for what it had become, but %s went through transfers',
      v.returned, s.returned, v.amount),
    coalesce(v.amount, 0) <> coalesce(v.returned, 0) - coalesce(s.returned, 0)
  from (
    select v.payment_id, v.environment_id, sum(v.returned_amount) as returned, sum(o.amount) as amount
    from payment_reversal as v
    left join (select * from through where kind = 'dispute_won') as o
      on o.id = v.id and o.bucket = v.bucket and o.environment_id = v.environment_id
    where v.follows is not null or o.id is not null
    group by v.payment_id, v.environment_id
  ) as v
  full join (
    select payment_id, environment_id, sum(returned) as returned from shares group by payment_id, environment_id
  ) as s on s.payment_id = v.payment_id and s.environment_id = v.environment_id
  union all
  select 'environment', null, format('%s: transfers come to %s at %s', currency, sum(amount), effective_at), sum(amount) <> 0
  from (
    select e.environment_id, e.currency, e.amount, t.effective_at
    from ledger_entry as e
    join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
    where e.system_account = 'transfers'
  ) as entered
  group by environment_id, currency, effective_at
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
