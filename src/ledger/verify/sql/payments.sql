-- I5, as payments see it: what arrived is applied, unapplied or taken back, and each of the three has its rows. An
-- application of another customer, currency or environment than its payment counts as one without a payment.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format(
    'payment %s: %s %s, applied %s (its applications: %s), unapplied %s, reversed %s (its reversals: %s)',
    id, status, amount, applied_amount, applied, unapplied_amount, reversed_amount, reversed))
    filter (where broken))[1:5] as examples
from (
  select *,
    status is null or applied_amount <> applied or reversed_amount <> reversed
      or least(applied_amount, unapplied_amount, reversed_amount) < 0
      or applied_amount + unapplied_amount + reversed_amount <> case status when 'succeeded' then amount else 0 end
      as broken
  from (
    select
      coalesce(p.id, a.payment_id) as id, p.status, p.amount, p.applied_amount, p.unapplied_amount, p.reversed_amount,
      coalesce(a.applied, 0) as applied,
      coalesce(v.reversed, 0) as reversed
    from payment as p
    full join (
      select payment_id, bucket, environment_id, customer_id, currency, sum(amount - reversed_amount) as applied
      from application
      group by payment_id, bucket, environment_id, customer_id, currency
    ) as a on a.payment_id = p.id and a.bucket = p.bucket and a.environment_id = p.environment_id
      and a.customer_id = p.customer_id and a.currency = p.currency
    left join (
      select payment_id, bucket, sum(amount) as reversed from payment_reversal group by payment_id, bucket
    ) as v on v.payment_id = p.id and v.bucket = p.bucket
  ) as summed
) as checked
