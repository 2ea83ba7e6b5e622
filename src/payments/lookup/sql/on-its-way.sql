-- What payments that are on their way, or authorised and not captured yet, would bring to each receivable of customer $2.
select receivable_id, sum(amount) as amount
from (
  select c.receivable_id, c.amount
  from payment as p
  cross join unnest(coalesce(p.chosen_ids, array[p.target_id]), coalesce(p.chosen_amounts, array[p.amount]))
    as c (receivable_id, amount)
  where p.environment_id = $1 and p.customer_id = $2 and p.bucket = $3 and p.status = 'processing'
  union all
  -- What is captured goes to what was chosen, in order, so what is left is for the last of it.
  select c.receivable_id, least(c.until, p.authorised_amount - p.voided_amount) - greatest(c.until - c.amount, p.captured_amount)
  from open_authorisation as o
  join payment as p on p.environment_id = o.environment_id and p.id = o.payment_id and p.bucket = o.bucket
  cross join lateral (
    select receivable_id, amount, (sum(amount) over (order by place)) as until
    from unnest(p.chosen_ids, p.chosen_amounts) with ordinality as chosen (receivable_id, amount, place)
  ) as c
  where o.environment_id = $1 and o.customer_id = $2 and o.bucket = $3
    and least(c.until, p.authorised_amount - p.voided_amount) > greatest(c.until - c.amount, p.captured_amount)
) as moving
group by receivable_id
