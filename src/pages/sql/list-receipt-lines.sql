-- What payment $2 brought to the receivables $4, of which $5 was chosen, by the entries of that time.
select r.id, r.kind, a.name as account_name,
  coalesce(b.external_reference, case when r.kind = 'account' then a.external_reference end, c.external_reference)
    as external_reference,
  wanted.amount as chosen, coalesce(applied.amount, 0) as applied, applied.balance_after, r.status,
  coalesce(taken.amount, 0) as reversed, taken.at as reversed_at
from unnest($4::uuid[], $5::bigint[]) with ordinality as wanted (receivable_id, amount, place)
join receivable as r on r.id = wanted.receivable_id and r.bucket = $3 and r.environment_id = $1
join customer as c on c.id = r.customer_id and c.bucket = r.bucket
left join account as a on a.id = r.account_id and a.bucket = r.bucket
left join bill as b on r.kind = 'bill' and b.id = r.id and b.bucket = r.bucket
left join lateral (
  select p.id, p.amount, e.balance_after
  from application as p
  left join ledger_entry as e
    on e.receivable_id = p.receivable_id and e.transaction_id = p.transaction_id and e.bucket = p.bucket
      and e.environment_id = p.environment_id
  where p.payment_id = $2 and p.receivable_id = r.id and p.environment_id = $1 and p.bucket = $3
  order by p.id
  limit 1
) as applied on true
left join lateral (
  -- What was refunded, and what a bank took back, is told of the whole payment.
  select sum(v.amount) as amount, max(v.created_at) as at from application_reversal as v
  where v.application_id = applied.id and v.bucket = $3 and v.environment_id = $1 and v.refund_id is null
    and v.payment_reversal_id is null
) as taken on true
order by wanted.place
