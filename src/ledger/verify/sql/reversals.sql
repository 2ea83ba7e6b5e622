-- I5, from the side of reversals: the reversed amount of an application or a payment is the sum of its reversals, and a
-- payment that was reversed took from its applications what it did not take from the unapplied part, from money of no known customer or from
-- the payments that its money had become. What was taken
-- beyond what was left is no part of the payment, unless it was covered later, and what came back is reversed no more.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: %s reversed, but its reversals come to %s', kind, id, stored, summed))
    filter (where broken))[1:5] as examples
from (
  select 'obligation' as kind, coalesce(a.id, v.application_id) as id, a.reversed_amount as stored, v.summed,
    a.reversed_amount is distinct from v.summed as broken
  from (select * from application where reversed_amount > 0) as a
  full join (
    select application_id, bucket, sum(amount) as summed from application_reversal group by application_id, bucket
  ) as v on v.application_id = a.id and v.bucket = a.bucket
  union all
  select 'payment', coalesce(p.id, v.payment_id), p.reversed_amount, v.summed, p.reversed_amount is distinct from v.summed
  from (select * from payment where reversed_amount > 0) as p
  full join (
    select payment_id, bucket, sum(amount - uncovered_amount + covered_amount - returned_amount) as summed from payment_reversal
    where (reinstatement_id is null or follows is not null) and amount - uncovered_amount + covered_amount - returned_amount > 0
    group by payment_id, bucket
  ) as v on v.payment_id = p.id and v.bucket = p.bucket
  union all
  select 'reversal', coalesce(p.id, v.payment_reversal_id), p.applied, v.summed, p.applied is distinct from v.summed
  from (
    select id, bucket, amount - unapplied_amount - direct_amount - suspense_amount - transferred_amount - uncovered_amount as applied
    from payment_reversal
    where amount > unapplied_amount + direct_amount + suspense_amount + transferred_amount + uncovered_amount
  ) as p
  full join (
    select payment_reversal_id, bucket, sum(amount) as summed
    from application_reversal
    where payment_reversal_id is not null
    group by payment_reversal_id, bucket
  ) as v on v.payment_reversal_id = p.id and v.bucket = p.bucket
) as checked
