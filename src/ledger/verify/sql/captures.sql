-- I5, from the side of captures: what was captured, let go of and asked for of a payment is the sum of its captures and voids, and no more
-- than was authorised; the money of a capture is that of its ledger transaction; and whatever is left of an authorisation is looked after.
with summed as (
  select payment_id, bucket, environment_id,
    sum(amount) filter (where kind = 'capture' and status = 'succeeded') as captured,
    sum(amount) filter (where kind = 'void' and status = 'succeeded') as voided,
    sum(amount + released_amount) filter (where status = 'pending') as claimed
  from capture
  group by payment_id, bucket, environment_id
), entered as (
  select t.id, t.bucket, t.environment_id, sum(e.amount) as amount
  from (select * from capture where kind = 'capture' and status = 'succeeded') as k
  join ledger_transaction as t on t.id = k.told_id and t.bucket = k.bucket and t.environment_id = k.environment_id
    and t.source_id = k.payment_id and t.kind = 'payment'
  join ledger_entry as e on e.transaction_id = t.id and e.bucket = t.bucket and e.environment_id = t.environment_id
  where e.system_account like 'clearing:%'
  group by t.id, t.bucket, t.environment_id
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where broken))[1:5] as examples
from (
  select 'payment' as kind, coalesce(p.id, s.payment_id) as id,
    format('%s authorised, %s captured, %s voided and %s asked for, but its captures come to %s and its voids to %s, and %s waits',
      p.authorised_amount, p.captured_amount, p.voided_amount, p.claimed_amount, s.captured, s.voided, s.claimed) as fault,
    p.id is null or p.captured_amount <> coalesce(s.captured, 0) or p.voided_amount <> coalesce(s.voided, 0)
      or p.claimed_amount <> coalesce(s.claimed, 0)
      or p.captured_amount + p.voided_amount + p.claimed_amount > p.authorised_amount or p.authorised_amount <> p.amount as broken
  from (select * from payment where authorised_amount is not null) as p
  full join summed as s on s.payment_id = p.id and s.bucket = p.bucket and s.environment_id = p.environment_id
  union all
  select 'payment', coalesce(p.id, o.payment_id), 'it is looked after as if nothing were left, or was not', p.id is null or o.payment_id is null
  from (select * from payment where captured_amount + voided_amount < authorised_amount) as p
  full join open_authorisation as o on o.payment_id = p.id and o.bucket = p.bucket and o.environment_id = p.environment_id
    and o.customer_id is not distinct from p.customer_id and o.processor = p.processor
  union all
  select 'capture', k.id, format('%s captured, but %s entered', k.amount, e.amount), e.amount is distinct from k.amount
  from (select * from capture where kind = 'capture' and status = 'succeeded') as k
  left join entered as e on e.id = k.told_id and e.bucket = k.bucket and e.environment_id = k.environment_id
  union all
  select 'capture', k.id, 'its obligations are not those of its payment', a.id is null
  from (select id, payment_id, bucket, environment_id, unnest(obligation_ids) as obligation_id from capture) as k
  left join application as a on a.id = k.obligation_id and a.payment_id = k.payment_id and a.bucket = k.bucket
    and a.environment_id = k.environment_id
) as checked
