-- I5, from the side of refunds: what a payment refunded is the sum of its refunds that have not failed, a refund took from
-- applications what it did not take from the unapplied part or from money of no known customer, and its money lies where its status says: a pending one in
-- "refunds", one that succeeded out of the clearing account of its channel or processor, and one that failed in neither.
with moved as (
  select t.source_id as id, t.bucket, t.environment_id, e.currency,
    count(*) filter (where t.kind = 'refund') as taken,
    count(*) filter (where t.kind = 'refund_failed') as back,
    min(t.id::text) filter (where t.kind = 'refund_failed') as back_by,
    sum(e.amount) filter (where e.system_account = 'refunds') as on_its_way,
    sum(e.amount) filter (where e.system_account <> 'refunds') as paid_out,
    min(e.system_account) filter (where e.system_account <> 'refunds') as account
  from (select * from ledger_transaction where kind in ('refund', 'refund_succeeded', 'refund_failed')) as t
  join ledger_entry as e on e.transaction_id = t.id and e.bucket = t.bucket and e.environment_id = t.environment_id
  where e.system_account = 'refunds' or e.system_account like 'clearing:%'
  group by t.source_id, t.bucket, t.environment_id, e.currency
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where broken))[1:5] as examples
from (
  select 'payment' as kind, coalesce(p.id, r.payment_id) as id,
    format('%s refunded, but its refunds come to %s', p.refunded_amount, r.summed) as fault,
    p.refunded_amount is distinct from r.summed as broken
  from (select * from payment where refunded_amount > 0) as p
  full join (
    select payment_id, bucket, environment_id, sum(amount) as summed from refund where status <> 'failed'
    group by payment_id, bucket, environment_id
  ) as r on r.payment_id = p.id and r.bucket = p.bucket and r.environment_id = p.environment_id
  union all
  select 'refund', coalesce(r.id, v.refund_id),
    format('%s taken from applications, but their reversals come to %s', r.amount - r.unapplied_amount - r.direct_amount - r.suspense_amount, v.summed),
    r.amount - r.unapplied_amount - r.direct_amount - r.suspense_amount is distinct from coalesce(v.summed, 0)
  from refund as r
  full join (
    select v.refund_id, v.bucket, a.payment_id, sum(v.amount) as summed
    from (select * from application_reversal where refund_id is not null) as v
    left join application as a on a.id = v.application_id and a.bucket = v.bucket
    group by v.refund_id, v.bucket, a.payment_id
  ) as v on v.refund_id = r.id and v.bucket = r.bucket and v.payment_id = r.payment_id
  union all
  select 'refund', coalesce(r.id, m.id),
    format('%s of %s, but %s is on its way and %s paid out of %s', r.status, r.amount, -m.on_its_way, -m.paid_out, m.account),
    r.id is null or m.id is null or m.taken <> 1
      or m.back <> case r.status when 'failed' then 1 else 0 end or r.failure_id::text is distinct from m.back_by
      or coalesce(-m.on_its_way, 0) <> case r.status when 'pending' then r.amount else 0 end
      or coalesce(-m.paid_out, 0) <> case r.status when 'succeeded' then r.amount else 0 end
      or m.account <> 'clearing:' || coalesce(r.processor, r.channel)
  from refund as r
  full join moved as m on m.id = r.id and m.bucket = r.bucket and m.environment_id = r.environment_id and m.currency = r.currency
) as checked
