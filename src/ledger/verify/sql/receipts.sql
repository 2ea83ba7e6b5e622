-- I14, receipts: each payment that succeeded on a page has one, since they are written with the money. A receipt says the amount of
-- its payment, its lines sum to it with what was unapplied and direct, each line is what was applied then, and it says who
-- paid until the customer is pseudonymised.
with said as materialized ( -- on one machine
-- spread: with said as not materialized (
  select payment_id, bucket, environment_id, (facts->>'amount')::bigint as amount, facts->>'currency' as currency,
    (facts->>'unapplied_amount')::bigint + (facts->>'direct_amount')::bigint as rest, facts->'lines' as lines,
    json_array_length(personal->'lines') as named
  from receipt
), lines as materialized ( -- on one machine
-- spread: ), lines as not materialized (
  select s.payment_id, s.bucket, s.environment_id, l.receivable_id, l.amount
  from said as s
  cross join lateral json_to_recordset(s.lines) as l (receivable_id uuid, amount bigint)
), summed as (
  select payment_id, bucket, count(*) as count, sum(amount) as applied from lines group by payment_id, bucket
), unknown as (
  -- Money that came back may have been applied again, to the same debt by the same amount.
  select distinct l.payment_id, l.bucket
  from lines as l
  left join application as a on a.payment_id = l.payment_id and a.bucket = l.bucket and a.environment_id = l.environment_id
    and a.receivable_id = l.receivable_id and a.amount = l.amount
  where l.amount > 0 and a.id is null
)
select
  count(*) as examined,
  count(*) filter (where fault is not null) as violations,
  (array_agg(format('payment %s: %s', id, fault)) filter (where fault is not null))[1:5] as examples
from (
  select coalesce(p.id, s.payment_id) as id,
    case
      when s.payment_id is null then 'it has no receipt'
      when p.id is null then 'a receipt of no payment that succeeded'
      when s.amount <> p.amount or s.currency <> p.currency then 'its receipt says another amount'
      when coalesce(l.applied, 0) + s.rest <> s.amount then 'the lines of its receipt do not sum to it'
      when u.payment_id is not null then 'its receipt says what was not applied'
      when s.named is null and c.pseudonymised_at is null then 'its receipt says nobody'
      when s.named is not null and c.pseudonymised_at is not null then 'its receipt says who was pseudonymised'
      when s.named <> coalesce(l.count, 0) then 'the lines of its receipt are not those that it names'
    end as fault
  from (
    select p.id, p.bucket, p.environment_id, p.customer_id, coalesce(p.captured_amount, p.amount) as amount, p.currency,
      p.processor is not null and p.id >= (select id_at(receipts_since) from retention) as needs_one
    from payment as p
    where p.status = 'succeeded' and p.captured_amount is distinct from 0
  ) as p
  full join said as s on s.payment_id = p.id and s.bucket = p.bucket and s.environment_id = p.environment_id
  left join summed as l on l.payment_id = s.payment_id and l.bucket = s.bucket
  left join unknown as u on u.payment_id = s.payment_id and u.bucket = s.bucket
  left join customer as c on c.id = p.customer_id and c.bucket = p.bucket
  where s.payment_id is not null or p.needs_one
) as checked
