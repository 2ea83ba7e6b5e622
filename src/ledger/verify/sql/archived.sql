-- I14, the archive: nothing that is owed, in credit or unapplied belongs to an archived object, and no account that is not
-- archived belongs to an archived customer.
with archived as (
  select 'customer' as kind, id, bucket from customer where archived_at is not null
  union all
  select 'account', id, bucket from account where archived_at is not null
  union all
  select 'bill', id, bucket from bill where archived_at is not null
)
select
  count(*) as examined,
  count(*) filter (where archive is not null) as violations,
  (array_agg(format('%s %s: %s, of an archived %s', kind, id, what, archive)) filter (where archive is not null))[1:5] as examples
from (
  select r.kind, r.id, r.balance::text as what, coalesce(own.kind, account.kind, customer.kind) as archive
  from (select * from receivable where balance <> 0) as r
  left join archived as own on own.id = r.id and own.bucket = r.bucket
  left join archived as account on account.id = r.account_id and account.bucket = r.bucket
  left join archived as customer on customer.id = r.customer_id and customer.bucket = r.bucket
  union all
  select 'payment', p.id, p.unapplied_amount::text, customer.kind
  from (select * from payment where unapplied_amount > 0) as p
  left join archived as customer on customer.id = p.customer_id and customer.bucket = p.bucket
  union all
  select 'account', a.id, 'an account that is not archived', customer.kind
  from account as a
  left join archived as customer on customer.id = a.customer_id and customer.bucket = a.bucket
  where a.archived_at is null
) as checked
