-- I14, transfer notices: one that is settled names a payment of its environment and its customer that was recorded and has arrived, and
-- every notice is found by its code alone.
select
  count(*) as examined,
  count(*) filter (where fault is not null) as violations,
  (array_agg(format('notice %s: %s', id, fault)) filter (where fault is not null))[1:5] as examples
from (
  select coalesce(n.id, c.notice_id) as id,
    case
      when n.id is null then 'a code of nothing'
      when c.notice_id is null or c.codes <> 1 or c.code <> n.code then 'it is not found by its code'
      when n.status = 'settled' and p.id is null then 'it was settled by nothing that was recorded for its customer'
    end as fault
  from transfer_notice as n
  full join (
    select environment_id, notice_id, min(code) as code, count(*) as codes from transfer_code group by environment_id, notice_id
  ) as c on c.environment_id = n.environment_id and c.notice_id = n.id
  left join payment as p on p.environment_id = n.environment_id and p.id = n.settled_by and p.bucket = n.bucket
    and p.customer_id is not distinct from n.customer_id and p.status = 'succeeded' and p.processor is null
) as checked
