-- I14, references: the hot tables have no foreign keys, and uniqueness over many machines is enforced by tables of its
-- own. I2 to I5 show that an application has its payment and its receivable, and that an entry has its transaction and
-- its receivable; the check of the objects shows that a receivable has its customer. So the customer of a payment is
-- looked up only where nothing is applied. A transaction is matched by its id alone: matching the rest of its key too
-- sorted both sides by all of it, which took twice as long. A payment keeps its reference as it was sent, the
-- directory keeps the form in which references are compared (src/core/reference-text.ts). A request that was given another reference
-- keeps the one before too. A reference that is reserved may have no payment for some minutes, until a job gives it up.
-- Where tables are spread over machines, names need not lie beside what they name: both sides are brought together at the coordinator.
with refund_named as ( -- on one machine
-- spread: with refund_named as materialized (
  select id, environment_id, channel from refund where reference is not null
), refund_name as ( -- on one machine
-- spread: ), refund_name as materialized (
  select refund_id, environment_id, channel from refund_reference
), payment_named as ( -- on one machine
-- spread: ), payment_named as materialized (
  select id, environment_id, channel, reference, amount, reversed_amount, replaces from payment where reference is not null
), payment_name as ( -- on one machine
-- spread: ), payment_name as materialized (
  select environment_id, channel, reference, payment_id, false as replaced,
    coalesce(reserved_at > now() - interval '15 minutes', false) as is_reserved
  from payment_reference
  union all
  select environment_id, channel, reference, payment_id, true, false from replaced_payment
), replaced as not materialized ( -- on one machine
-- spread: ), replaced as materialized (
  select environment_id, channel, reference, payment_id, replaced_by from replaced_payment
), replacement as ( -- on one machine
-- spread: ), replacement as materialized (
  select every.environment_id, every.payment_id, every.replaced_by from replaced_payment as every
  left join payment_reference as kept
    on kept.environment_id = every.environment_id and kept.channel = every.channel and kept.reference = every.reference
    and kept.bucket = every.bucket and kept.payment_id = every.replaced_by and kept.reserved_at > now() - interval '15 minutes'
  where kept.payment_id is null
), charged as not materialized ( -- on one machine
-- spread: ), charged as materialized (
  select id, environment_id, processor, currency from payment where processor is not null
), charge_name as ( -- on one machine
-- spread: ), charge_name as materialized (
  select payment_id, environment_id, processor from processor_reference
), asked as ( -- on one machine
-- spread: ), asked as materialized (
  select id, environment_id from checkout where kind = 'request'
), request_name as ( -- on one machine
-- spread: ), request_name as materialized (
  select entity_id, environment_id from external_reference where kind = 'payment_request'
), settled as ( -- on one machine
-- spread: ), settled as materialized (
  select id, environment_id, processor, currency, payment_id, refund_id from settlement_line where payment_id is not null
), returned as ( -- on one machine
-- spread: ), returned as materialized (
  select id, environment_id, payment_id from refund
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where broken))[1:5] as examples
from (
  select 'obligation' as kind, a.id, 'it has no transaction' as fault,
    t.id is null or t.bucket <> a.bucket or t.environment_id <> a.environment_id as broken
  from application as a
  left join ledger_transaction as t on t.id = a.transaction_id
    -- spread: and t.bucket = a.bucket
  union all
  select 'reversal', v.id, 'it has no application, no transaction or no cause',
    a.id is null or t.id is null or v.payment_reversal_id is not null and p.id is null or v.refund_id is not null and r.id is null
      or v.transfer_id is not null and n.transfer_id is null
      or num_nonnulls(v.payment_reversal_id, v.refund_id, v.transfer_id) > 1
  from application_reversal as v
  left join application as a on a.id = v.application_id and a.bucket = v.bucket and a.environment_id = v.environment_id
  left join ledger_transaction as t
    on t.id = v.transaction_id and t.bucket = v.bucket and t.environment_id = v.environment_id
  left join payment_reversal as p
    on p.id = v.payment_reversal_id and p.bucket = v.bucket and p.environment_id = v.environment_id
  left join refund as r on r.id = v.refund_id and r.bucket = v.bucket and r.environment_id = v.environment_id
  left join payment_transfer as n
    on n.transfer_id = v.transfer_id and n.payment_id = a.payment_id and n.bucket = v.bucket and n.environment_id = v.environment_id
  union all
  select 'reversal', v.id, 'it has no payment', p.id is null
  from payment_reversal as v
  left join payment as p on p.id = v.payment_id and p.bucket = v.bucket and p.environment_id = v.environment_id
  union all
  select 'reversal', v.id, 'a processor took it that has nothing to do with its payment', p.processor is null
  from (select * from payment_reversal where processor_reference is not null) as v
  left join payment as p on p.id = v.payment_id and p.bucket = v.bucket and p.environment_id = v.environment_id
  union all
  select 'refund', r.id, 'it is not of its payment',
    p.id is null or p.customer_id is distinct from r.customer_id or p.currency <> r.currency or p.processor is distinct from r.processor
  from refund as r
  left join payment as p on p.id = r.payment_id and p.bucket = r.bucket and p.environment_id = r.environment_id
  union all
  select 'refund', coalesce(r.id, n.refund_id), 'its reference is not the one reserved for it',
    r.id is null or n.refund_id is null or r.channel <> n.channel
  from refund_named as r
  full join refund_name as n on n.refund_id = r.id and n.environment_id = r.environment_id
  union all
  select 'dispute', d.id, 'it is not of its payment',
    p.id is null or p.customer_id is distinct from d.customer_id or p.currency <> d.currency or p.processor is distinct from d.processor
  from dispute as d
  left join payment as p on p.id = d.payment_id and p.bucket = d.bucket and p.environment_id = d.environment_id
  union all
  select 'payment', p.id, 'it has no customer', c.id is null
  from (select * from payment where applied_amount = 0 and customer_id is not null) as p
  left join customer as c on c.id = p.customer_id and c.bucket = p.bucket and c.environment_id = p.environment_id
  union all
  select 'payment', coalesce(p.id, n.payment_id), 'its reference is not the one reserved for it',
    p.id is null and not n.is_reserved or n.payment_id is null or p.channel <> n.channel or p.environment_id <> n.environment_id
      or case when p.reference <> n.reference then n.reference <> btrim(regexp_replace(normalize(p.reference, nfc),
        '[\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g'))
        else false end
      or n.replaced and p.reversed_amount <> p.amount
      or p.replaces is not null and not exists (
        select 1 from replaced as o
        where o.environment_id = p.environment_id and o.channel = p.channel and o.reference = n.reference
          and o.payment_id = p.replaces and o.replaced_by = p.id)
  from payment_named as p
  full join payment_name as n on n.payment_id = p.id
  union all
  select 'payment', o.replaced_by, 'it does not say which payment it replaces', p.id is null
  from replacement as o
  left join payment_named as p on p.id = o.replaced_by and p.environment_id = o.environment_id and p.replaces = o.payment_id
  union all
  select 'payment', n.payment_id, 'its processor reference is not the one reserved for it',
    p.id is null or p.processor is distinct from n.processor
  from charge_name as n
  left join charged as p on p.id = n.payment_id and p.environment_id = n.environment_id
  union all
  select 'payment_' || k.kind, k.id, 'what it is for does not exist or belongs to another customer', o.id is null
  from (select * from checkout where target_id is not null) as k
  left join (
    select 'customer' as kind, id, bucket, environment_id, id as customer_id from customer
    union all
    select 'account', id, bucket, environment_id, customer_id from account
    union all
    select 'bill', id, bucket, environment_id, customer_id from bill
  ) as o on o.id = k.target_id and o.kind = k.target_kind and o.customer_id = k.customer_id and o.bucket = k.bucket
    and o.environment_id = k.environment_id
  union all
  select 'payment_request', n.entity_id, 'a reference is reserved for it, and it does not exist', k.id is null
  from request_name as n
  left join asked as k on k.id = n.entity_id and k.environment_id = n.environment_id
  union all
  select 'settlement_line', l.id, 'it is not of the payment or the refund that it names',
    p.id is null or p.processor <> l.processor or p.currency <> l.currency or l.refund_id is not null and r.id is null
  from settled as l
  left join charged as p on p.id = l.payment_id and p.environment_id = l.environment_id
  left join returned as r on r.id = l.refund_id and r.payment_id = l.payment_id and r.environment_id = l.environment_id
  union all
  select 'payment', c.payment_id, 'a processor was asked for it, and it has none', p.processor is null
  from charge as c
  left join payment as p on p.id = c.payment_id and p.bucket = c.bucket and p.environment_id = c.environment_id
) as checked
