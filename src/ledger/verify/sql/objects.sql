-- I14, from the side of objects: each has its reference reserved, its balance agrees with it, and its customer belongs
-- to its environment. A voided bill that was reissued has left its reference to the bill that stands for it. A customer or an account may have no balance; a bill must have one.
select
  count(*) as examined,
  count(*) filter (where fault is not null) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where fault is not null))[1:5] as examples
from (
  select
    coalesce(o.kind, r.kind, n.kind) as kind,
    coalesce(o.id, r.id, n.entity_id) as id,
    case
      when o.id is null and r.id is not null then 'a receivable without its object'
      when o.id is null or n.entity_id is null and not o.reissued or n.kind <> o.kind or n.reference <> o.external_reference
        or n.environment_id <> o.environment_id then 'its external reference is not the one reserved for it'
      when o.without_customer then 'its customer belongs to another environment'
      when r.id is null then case when o.kind = 'bill' then 'a bill without a receivable' end
      when r.kind <> o.kind or r.bucket <> o.bucket or r.environment_id <> o.environment_id
        or r.customer_id <> o.customer_id or r.account_id is distinct from o.account_id
        or r.external_reference <> o.external_reference
        or r.overpayment_allowed is distinct from o.overpayment_allowed then 'its receivable disagrees with it'
    end as fault
  from (
    select 'customer' as kind, id, bucket, environment_id, id as customer_id, null::uuid as account_id,
      external_reference, (payment_rules -> 'overpayment_allowed')::boolean as overpayment_allowed, false as without_customer,
      false as reissued
    from customer
    union all
    select 'account', a.id, a.bucket, a.environment_id, a.customer_id, a.id, a.external_reference,
      coalesce(a.payment_rules -> 'overpayment_allowed', c.payment_rules -> 'overpayment_allowed')::boolean, c.id is null, false
    from account as a
    left join customer as c on c.id = a.customer_id and c.bucket = a.bucket and c.environment_id = a.environment_id
    union all
    select 'bill', b.id, b.bucket, b.environment_id, b.customer_id, b.account_id, b.external_reference, null, c.id is null,
      b.reissued
    from (
      select b.*, by.id is not null and r.status = 'voided' as reissued
      from bill as b
      left join bill as by on by.reissue_of = b.id and by.bucket = b.bucket and by.environment_id = b.environment_id
        and by.customer_id = b.customer_id
      left join receivable as r on r.id = b.id and r.bucket = b.bucket
    ) as b
    left join customer as c on c.id = b.customer_id and c.bucket = b.bucket and c.environment_id = b.environment_id
  ) as o
  full join receivable as r on r.id = o.id
  full join (select * from external_reference where kind <> 'payment_request') as n on n.entity_id = o.id
  -- Keeps the fault from being computed twice.
  offset 0 -- on one machine
) as checked
