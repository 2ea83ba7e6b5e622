-- I6, what is told besides applications. Each adjustment and each reversal of a payment has exactly one event: it has the
-- same id, so there cannot be two. So has each refund that was paid out, and each that failed: its event has the id of the ledger
-- transaction, and so has the end of a dispute whose money came back, and the side of a set-off that was lessened. So has each capture and each void, by the id that it notes. What is
-- said of a dispute is told as often as its version says. Each change of an object that is audited has exactly one event of its type, and so has
-- each payment that succeeded on a page, and each settlement. What is from before all of this was told, or before the retention limit, is
-- skipped.
with told_since as materialized (
  select id_at(greatest(events_dropped_before, all_told_since)) as id from retention
), moved as (
  select 'adjustment' as kind, source_id as id, bucket, environment_id,
    case kind
      when 'opening_balance' then '\.(created|updated)$'
      when 'bill_raised' then '^bill\.created$'
      when 'bill_voided' then '^bill\.voided$'
      when 'balance_set' then '\.updated$'
      when 'amount_paid_set' then '^bill\.updated$'
      when 'write_off' then '^(bill\.written_off|(customer|account)\.balance_adjusted)$'
      else '\.balance_adjusted$' end as told_as
  from ledger_transaction
  where kind not in ('payment', 'application', 'application_reversal', 'payment_reversal', 'refund', 'refund_succeeded', 'refund_failed', 'dispute_won', 'transfer',
      'processor_fee', 'unmatched_line', 'line_matched', 'settlement', 'settlement_failed', 'assignment')
    and id >= (select id from told_since)
  union all
  select 'transaction', id, bucket, environment_id, '\.balance_adjusted$' from ledger_transaction
  where kind = 'credit' and id >= (select id from told_since)
  union all
  select 'reversal', id, bucket, environment_id, '^payment\.reversed$' from payment_reversal
  where id >= (select id from told_since) and follows is null
  union all
  select 'transfer', transaction_id, bucket, environment_id, '^payment\.transferred$' from payment_transfer
  where transaction_id >= (select id from told_since)
  union all
  select 'transaction', t.id, t.bucket, t.environment_id,
    case t.kind when 'refund_failed' then '^payment\.refund_failed$' else '^payment\.refunded$' end
  from (select * from ledger_transaction where kind in ('refund', 'refund_succeeded', 'refund_failed')) as t
  left join refund as r on r.id = t.source_id and r.bucket = t.bucket and r.environment_id = t.environment_id
  where (t.kind <> 'refund' or r.processor is null) and t.id >= (select id from told_since)
  union all
  select 'dispute', id, bucket, environment_id, '^dispute\.created$' from dispute
  where id >= (select id from told_since)
  union all
  select 'end', closing_id, bucket, environment_id, '^dispute\.closed$' from dispute
  where closing_id >= (select id from told_since)
  union all
  select kind, told_id, bucket, environment_id,
    case kind when 'capture' then '^payment\.captured$' else '^payment\.voided$' end
  from capture
  where told_id >= (select id from told_since)
), changed as (
  select object_kind as kind, object_id as id, bucket, environment_id,
    -- Of the accounts and bills of a customer, other fields are erased than those that say who the customer is.
    object_kind || '.' || case when action = 'pseudonymised' and object_kind <> 'customer' then 'updated' else action end
      as type
  from audit_entry
  where object_kind in ('customer', 'account', 'bill', 'payment_request', 'payment_session') and id >= (select id from told_since)
  union all
  select 'payment', id, bucket, environment_id, 'payment.succeeded' from payment
  where processor is not null and status = 'succeeded' and id >= (select id from told_since)
  union all
  select 'payment_' || kind, id, bucket, environment_id,
    case kind when 'request' then 'payment_request.paid' else 'payment_session.completed' end
  from checkout
  where status = 'paid' and id >= (select id from told_since)
  union all
  select 'settlement', id, bucket, environment_id, 'settlement.created' from settlement where id >= (select id from told_since)
), counted as (
  select kind, id, bucket, environment_id, type, count(*) as changes
  from changed group by kind, id, bucket, environment_id, type
  union all
  select 'dispute', id, bucket, environment_id, 'dispute', version from dispute
  where id >= (select id from told_since)
), told as (
  select subject_id, bucket, environment_id, case when type like 'dispute.%' then 'dispute' else type end as type, count(*) as events
  from event
  where type ~ '^(customer|account|bill)\.(created|updated|archived|unarchived|voided|pseudonymised)$'
    and id >= (select id from told_since)
    or type ~ '^payment_(request|session)\.(created|updated)$' and id >= (select id from told_since)
    or type in ('payment.succeeded', 'payment_request.paid', 'payment_session.completed', 'settlement.created')
      and subject_id >= (select id from told_since)
    or type like 'dispute.%' and subject_id >= (select id from told_since)
  group by subject_id, bucket, environment_id, 4
)
select
  count(*) as examined,
  count(*) filter (where fault is not null) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where fault is not null))[1:5] as examples
from (
  select coalesce(m.kind, 'event') as kind, coalesce(m.id, e.id) as id,
    case when e.id is null then 'it has no event'
      when m.id is null then 'it tells of nothing'
      when e.type !~ m.told_as then format('it is told as %s', e.type) end as fault
  from moved as m
  full join (
    select id, bucket, environment_id, type,
      type in ('payment.reversed', 'payment.transferred', 'payment.refunded', 'payment.refund_failed', 'payment.captured', 'payment.voided', 'dispute.created')
        or type ~ '^\w+\.(balance_adjusted|written_off|voided)$' as is_move
    from event
    where type ~ '^(customer|account|bill|dispute)\.'
      or type in ('payment.reversed', 'payment.transferred', 'payment.refunded', 'payment.refund_failed', 'payment.captured', 'payment.voided')
  ) as e on e.id = m.id and e.bucket = m.bucket and e.environment_id = m.environment_id
  where m.id is not null or e.is_move and e.id >= (select id from told_since)
  union all
  select coalesce(c.kind, split_part(t.type, '.', 1)), coalesce(c.id, t.subject_id),
    case when c.changes is distinct from t.events
      then format('%s of %s, told %s times', coalesce(c.changes, 0), coalesce(c.type, t.type), coalesce(t.events, 0))
    end
  from counted as c
  full join told as t on t.subject_id = c.id and t.bucket = c.bucket and t.environment_id = c.environment_id
    and t.type = c.type
) as checked
