-- What payments that are on their way would bring to the receivables $4 of customer $2.
select c.receivable_id, sum(c.amount)::bigint as amount
from payment as p
cross join unnest(coalesce(p.chosen_ids, array[p.target_id]), coalesce(p.chosen_amounts, array[p.amount]))
  as c (receivable_id, amount)
where p.environment_id = $1 and p.customer_id = $2 and p.bucket = $3 and p.status = 'processing'
  and c.receivable_id = any ($4::uuid[])
group by c.receivable_id
