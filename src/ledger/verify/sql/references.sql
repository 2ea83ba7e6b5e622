-- I14, references: the hot tables have no foreign keys, and what is unique over many machines is held by tables of its
-- own. That an application has its payment and its receivable, and an entry its transaction and its receivable, is
-- shown by I2 to I5; and that what it was applied to has its customer, here. So of a payment the customer is looked for only where
-- nothing is applied.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where broken))[1:5] as examples
from (
  select 'obligation' as kind, a.id, 'it has no transaction' as fault, t.id is null as broken
  from application as a
  left join ledger_transaction as t
    on t.id = a.transaction_id and t.bucket = a.bucket and t.environment_id = a.environment_id
  union all
  select 'reversal', v.id, 'it has no application, no transaction or no payment reversal',
    a.id is null or t.id is null or v.payment_reversal_id is not null and p.id is null
  from application_reversal as v
  left join application as a on a.id = v.application_id and a.bucket = v.bucket and a.environment_id = v.environment_id
  left join ledger_transaction as t
    on t.id = v.transaction_id and t.bucket = v.bucket and t.environment_id = v.environment_id
  left join payment_reversal as p
    on p.id = v.payment_reversal_id and p.bucket = v.bucket and p.environment_id = v.environment_id
  union all
  select 'reversal', v.id, 'it has no payment', p.id is null
  from payment_reversal as v
  left join payment as p on p.id = v.payment_id and p.bucket = v.bucket and p.environment_id = v.environment_id
  union all
  select 'payment', p.id, 'it has no customer', c.id is null
  from (select * from payment where applied_amount = 0) as p
  left join customer as c on c.id = p.customer_id and c.bucket = p.bucket and c.environment_id = p.environment_id
  union all
  select 'payment', coalesce(p.id, n.payment_id), 'its reference is not the one that is kept for it',
    p.id is null or n.payment_id is null or p.reference <> n.reference or p.channel <> n.channel
      or p.environment_id <> n.environment_id
  from (select * from payment where reference is not null) as p
  full join payment_reference as n on n.payment_id = p.id
  union all
  select 'payment', n.payment_id, 'its processor reference is not the one that is kept for it',
    p.id is null or p.processor is distinct from n.processor
  from processor_reference as n
  left join payment as p on p.id = n.payment_id and p.environment_id = n.environment_id
  union all
  select
    coalesce(o.kind, n.kind), coalesce(o.id, n.entity_id), 'its external reference is not the one that is kept for it',
    o.id is null or n.entity_id is null or o.external_reference <> n.reference or o.environment_id <> n.environment_id
  from (
    select 'customer' as kind, id, environment_id, external_reference from customer
    union all
    select 'account', id, environment_id, external_reference from account
    union all
    select 'bill', id, environment_id, external_reference from bill
  ) as o
  full join external_reference as n on n.entity_id = o.id and n.kind = o.kind
  union all
  select r.kind, r.id, 'a receivable of nothing that exists, or that says otherwise of it',
    o.id is null or o.customer_id <> r.customer_id or o.account_id is distinct from r.account_id
      or o.external_reference <> r.external_reference
      or o.overpayment_allowed is distinct from r.overpayment_allowed
  from receivable as r
  left join (
    select 'customer' as kind, id, bucket, environment_id, id as customer_id, null::uuid as account_id,
      external_reference, (payment_rules -> 'overpayment_allowed')::boolean as overpayment_allowed
    from customer
    union all
    select 'account', a.id, a.bucket, a.environment_id, a.customer_id, a.id, a.external_reference,
      coalesce(a.payment_rules -> 'overpayment_allowed', c.payment_rules -> 'overpayment_allowed')::boolean
    from account as a
    left join customer as c on c.id = a.customer_id and c.bucket = a.bucket
    union all
    select 'bill', id, bucket, environment_id, customer_id, account_id, external_reference, null from bill
  ) as o on o.id = r.id and o.kind = r.kind and o.bucket = r.bucket and o.environment_id = r.environment_id
  union all
  select o.kind, o.id, 'its customer is not of its environment', c.id is null
  from (
    select 'account' as kind, id, customer_id, bucket, environment_id from account
    union all
    select 'bill', id, customer_id, bucket, environment_id from bill
  ) as o
  left join customer as c on c.id = o.customer_id and c.bucket = o.bucket and c.environment_id = o.environment_id
  union all
  select 'bill', b.id, 'a bill without a receivable', r.id is null
  from bill as b
  left join receivable as r on r.id = b.id and r.bucket = b.bucket and r.kind = 'bill'
) as checked
