-- I14, states: the status of a row does not contradict its amounts and instants. Money without a customer can be applied to nothing
-- and held for nobody: it is direct or in suspense, but for what was assigned, reversed or refunded of it.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: %s', kind, id, status)) filter (where broken))[1:5] as examples
from (
  select kind, id, coalesce(status, 'no status') as status,
    case when kind = 'bill' then status is null or (status = 'unpaid') <> (balance > 0) else status is not null end
      as broken
  from receivable
  union all
  select 'payment', id, status,
    status = 'succeeded' and (received_at is null) <> (captured_amount is not distinct from 0)
      or status <> 'succeeded' and (applied_amount <> 0 or unapplied_amount <> 0 or reversed_amount <> 0 or refunded_amount <> 0
        or direct_amount <> 0 or suspense_amount <> 0 or transferred_amount <> 0)
      or customer_id is not null and chosen_amounts is not null
        and coalesce(c.amount, p.amount) <> (select sum(chosen) from unnest(chosen_amounts) as chosen)
      or status = 'succeeded' and customer_id is null
        and direct_amount + suspense_amount + transferred_amount + reversed_amount + refunded_amount <> coalesce(p.captured_amount, p.amount)
      or customer_id is not null and suspense_amount <> 0
      or c.amount <> p.amount and status <> 'succeeded'
  from payment as p
  -- What was asked of a processor. What arrived may be another amount.
  left join charge as c on c.environment_id = p.environment_id and c.payment_id = p.id and c.bucket = p.bucket
  union all
  select 'event', event_id, 'delivery ' || status,
    (status = 'pending') <> (settled_at is null)
      or attempts < case
        when status = 'delivered' then 1
        -- What is 90 days old is given up, whether it was ever sent or not.
        when status = 'exhausted' and event_id >= id_at(settled_at - interval '90 days') then 1
        else 0
      end
      or unposted_since is not null and posting_reference is not null
  from webhook_delivery
  union all
  select 'idempotency record', null, 'there is no response for the key ' || key, a.id is null and r.id is null
  from (
    -- What is reserved and whose machine has not answered yet has none for some minutes.
    select environment_id, key, response_id from idempotency_key
    where reserved_at is null or reserved_at < now() - interval '15 minutes'
  ) as k
  left join (select id from idempotency_response) as a on a.id = k.response_id
  -- A refund or a capture whose processor was not asked yet gives its key a response when it has been.
  left join (
    select id, response_id from refund where response_id is not null
    union all
    select id, response_id from capture where response_id is not null
  ) as r on r.response_id = k.response_id
) as checked
