-- What has become of the money of payment $2 since its receipt was written, the oldest first: what was taken back from a debt, what
-- of the payment was reversed or refunded, which refunds failed, what of it came again, what went on to another customer,
-- and what was applied to something else. What came back
-- and went to its debts again is told by that. $4: how many lines the receipt has; of a payment that is captured by hand, they are what
-- its captures brought.
with used as (
  select id, transaction_id, receivable_id, amount, created_at,
    case when exists (select 1 from capture where payment_id = $2 and environment_id = $1 and bucket = $3)
      then not exists (
        select 1 from capture as k
        where k.payment_id = $2 and k.environment_id = $1 and k.bucket = $3 and application.id = any (k.obligation_ids))
      else row_number() over (order by id) > $4::integer end as later
  from application
  where environment_id = $1 and payment_id = $2 and bucket = $3
)
select kind, at, amount, receivable_id from (
  select v.id, 'taken_back' as kind, v.created_at as at, v.amount, u.receivable_id
  from used as u
  join application_reversal as v on v.application_id = u.id and v.bucket = $3 and v.environment_id = $1
  where v.payment_reversal_id is null and v.refund_id is null and v.transfer_id is null
  union all
  select id, 'reversed', created_at, amount, null from payment_reversal
  where payment_id = $2 and environment_id = $1 and bucket = $3
  union all
  select id, 'refunded', refunded_at, amount, null from refund
  where payment_id = $2 and environment_id = $1 and bucket = $3
  union all
  select failure_id, 'refund_failed', failed_at, amount, null from refund
  where payment_id = $2 and environment_id = $1 and bucket = $3 and status = 'failed'
  union all
  select reinstatement_id, 'came_back', reinstated_at, amount, null from dispute
  where payment_id = $2 and environment_id = $1 and bucket = $3 and reinstatement_id is not null
  union all
  select v.reinstatement_id, 'came_back', t.recorded_at, v.returned_amount, null
  from payment_reversal as v
  join ledger_transaction as t on t.id = v.reinstatement_id and t.bucket = $3 and t.environment_id = $1
  where v.payment_id = $2 and v.environment_id = $1 and v.bucket = $3 and v.follows is not null
  union all
  select transfer_id, 'moved_on', created_at, amount, null from payment_transfer
  where payment_id = $2 and environment_id = $1 and bucket = $3
  union all
  select id, 'used', created_at, amount, null from used
  where later and not exists (
    select 1 from refund as r where r.payment_id = $2 and r.environment_id = $1 and r.bucket = $3 and r.failure_id = used.transaction_id
    union all
    select 1 from payment_reversal as v
    where v.payment_id = $2 and v.environment_id = $1 and v.bucket = $3 and v.reinstatement_id = used.transaction_id)
) as since
order by at, id
limit 50
