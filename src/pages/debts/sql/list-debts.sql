-- What customer $2 owes, on account $4 or of receivable $5 alone where one is given, the most urgent first. Behind `moving`, which is
-- what is on its way to each receivable.
select r.id, r.kind, r.account_id, r.currency, r.balance, b.due_date, b.bill_date, left(b.description, 81) as description,
  a.name as account_name,
  coalesce(b.external_reference, case when r.kind = 'account' then a.external_reference end, c.external_reference)
    as external_reference,
  case r.kind when 'bill' then b.link_version when 'account' then a.link_version else c.link_version end as link_version,
  c.payment_rules as customer_rules, a.payment_rules as account_rules,
  case r.kind when 'bill' then b.payment_rules when 'account' then a.payment_rules else c.payment_rules end as payment_rules,
  coalesce(moving.amount, 0) as on_its_way
from receivable as r
join customer as c on c.id = r.customer_id and c.bucket = r.bucket
left join account as a on a.id = r.account_id and a.bucket = r.bucket
left join bill as b on r.kind = 'bill' and b.id = r.id and b.bucket = r.bucket
left join moving on moving.receivable_id = r.id
where r.environment_id = $1 and r.customer_id = $2 and r.bucket = $3
  and ($4::uuid is null or r.account_id = $4) and ($5::uuid is null or r.id = $5)
  and r.balance > 0 and (r.status is null or r.status = 'unpaid')
order by b.due_date nulls last, r.kind = 'bill' desc, r.id
limit $6
