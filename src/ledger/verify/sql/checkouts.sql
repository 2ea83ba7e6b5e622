-- I14, requests and sessions: one that is paid names a payment that succeeded as an attempt to pay all of it, and no other
-- has one that did; the attempts belong to it and to its customer, and ask for the whole of it in its currency; its page is found by one code; and
-- the reference of a request is reserved for it.
with code as ( -- on one machine
-- spread: with code as materialized (
  select checkout_id, environment_id, count(*) as codes from checkout_code group by checkout_id, environment_id
), name as ( -- on one machine
-- spread: ), name as materialized (
  select environment_id, reference, entity_id from external_reference where kind = 'payment_request'
)
select
  count(*) as examined,
  count(*) filter (where fault is not null) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where fault is not null))[1:5] as examples
from (
  select coalesce('payment_' || c.kind, 'attempt') as kind, coalesce(c.id, p.checkout_id) as id,
    case
      when c.id is null then 'an attempt to pay nothing'
      when p.strangers > 0 then 'an attempt of another customer or amount'
      when c.status = 'paid' and not coalesce(c.payment_id = any (p.succeeded), false) then 'it was paid by no attempt'
      when c.status <> 'paid' and cardinality(p.succeeded) > 0 then 'an attempt succeeded, and it is not paid'
      when c.codes <> 1 then format('%s codes', c.codes)
      when c.kind = 'request' and c.external_reference is not null and not c.reserved
        then 'its external reference is not reserved for it'
    end as fault
  from (
    select k.*, coalesce(o.codes, 0) as codes, n.entity_id is not null as reserved
    from checkout as k
    left join code as o on o.checkout_id = k.id and o.environment_id = k.environment_id
    left join name as n on n.environment_id = k.environment_id and n.reference = k.external_reference and n.entity_id = k.id
  ) as c
  full join (
    select a.checkout_id, a.environment_id, a.bucket,
      coalesce(array_agg(a.id) filter (where a.status = 'succeeded' and a.amount >= k.amount), '{}') as succeeded,
      count(*) filter (
        where a.customer_id is distinct from k.customer_id
          or a.processor is not null and coalesce(c.amount, a.amount) <> k.amount
          or a.currency <> k.currency) as strangers
    from payment as a
    left join checkout as k on k.environment_id = a.environment_id and k.id = a.checkout_id and k.bucket = a.bucket
    -- What was asked for. What arrived may be another amount, and of what was recorded nothing was asked.
    left join charge as c on c.environment_id = a.environment_id and c.payment_id = a.id and c.bucket = a.bucket
    where a.checkout_id is not null
    group by a.checkout_id, a.environment_id, a.bucket
  ) as p on p.checkout_id = c.id and p.environment_id = c.environment_id and p.bucket = c.bucket
) as checked
