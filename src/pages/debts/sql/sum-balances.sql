-- What is owed on the receivables of list-debts.sql, and what is in credit, by currency; currency $6 first.
select r.currency, coalesce(sum(r.balance) filter (where r.balance > 0), 0) as owed,
  count(*) filter (where r.balance > 0)::integer as count,
  coalesce(-sum(r.balance) filter (where r.balance < 0), 0) as credit
from receivable as r
where r.environment_id = $1 and r.customer_id = $2 and r.bucket = $3
  and ($4::uuid is null or r.account_id = $4) and ($5::uuid is null or r.id = $5)
  and r.balance <> 0 and (r.status is null or r.status = 'unpaid')
group by r.currency
order by r.currency <> $6, r.currency
