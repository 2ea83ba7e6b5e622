-- A payment that succeeded and has no receipt yet, with what it brought to each debt at its time: as many applications as its
-- explanation has lines. Its address names no environment, so each is looked into: there are few.
select p.environment_id, p.customer_id, (p.explanation->>'unapplied_amount')::bigint as unapplied_amount,
  coalesce(lines.receivable_ids, '{}') as receivable_ids, coalesce(lines.amounts, '{}')::text[] as amounts,
  coalesce(lines.balances, '{}')::text[] as balances
from environment as v
join payment as p on p.environment_id = v.id and p.id = $1 and p.bucket = $2
left join lateral (
  select array_agg(a.receivable_id order by a.id) as receivable_ids, array_agg(a.amount order by a.id) as amounts,
    array_agg(e.balance_after order by a.id) as balances
  from (
    select id, receivable_id, transaction_id, amount from application
    where payment_id = p.id and environment_id = p.environment_id and bucket = p.bucket
    order by id limit json_array_length(p.explanation->'applied')
  ) as a
  left join ledger_entry as e on e.receivable_id = a.receivable_id and e.transaction_id = a.transaction_id and e.bucket = p.bucket
) as lines on true
where p.status = 'succeeded' and p.captured_amount is distinct from 0 and p.explanation->>'policy' is distinct from 'unidentified'
