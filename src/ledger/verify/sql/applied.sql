-- I5, from the side of receivables: a balance is what was entered by hand less what payments applied. For a bill, the
-- entries by hand are the amount due, adjustments, write-offs, amount_paid, set-off credit and voiding. The bill stores the first three;
-- its amount paid is amount_due + amount_adjusted - amount_written_off - the balance. amount_paid could once be set below
-- the sum of what had been set or set off; that part counts as adjusted. An
-- application whose kind, customer, currency or environment differs from its receivable counts as one without a
-- receivable.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: balance %s (%s), by hand %s, applied %s, due %s, adjusted %s, written off %s',
    kind, id, balance, status, by_hand, applied, amount_due, amount_adjusted, amount_written_off))
    filter (where broken))[1:5] as examples
from (
  select *,
    balance is null or balance <> by_hand - applied
      or kind = 'bill' and (
        amount_due is null or amount_due <> raised or amount_adjusted <> adjusted or amount_written_off <> written_off
        or case status when 'voided' then balance <> 0 or applied <> 0
          else (status = 'unpaid') <> (balance > 0)
            or amount_due + amount_adjusted - amount_written_off - balance < applied end) as broken
  from (
    select
      coalesce(r.id, a.receivable_id) as id, coalesce(r.kind, a.kind) as kind, r.balance, r.status,
      b.amount_due, b.amount_adjusted, b.amount_written_off,
      coalesce(a.applied, 0) as applied,
      coalesce(h.by_hand, 0) as by_hand,
      coalesce(h.raised, 0) as raised,
      coalesce(h.adjusted, 0) as adjusted,
      coalesce(h.written_off, 0) as written_off
    from receivable as r
    full join (
      select
        receivable_id, bucket, environment_id, customer_id, kind, currency, sum(amount - reversed_amount) as applied
      from application
      group by receivable_id, bucket, environment_id, customer_id, kind, currency
    ) as a on a.receivable_id = r.id and a.bucket = r.bucket and a.environment_id = r.environment_id
      and a.customer_id = r.customer_id and a.kind = r.kind and a.currency = r.currency
    left join bill as b on b.id = r.id and b.bucket = r.bucket and b.environment_id = r.environment_id
    left join (
      select
        receivable_id, bucket,
        sum(amount) as by_hand,
        sum(amount) filter (where kind = 'bill_raised') as raised,
        coalesce(sum(amount) filter (where kind in ('fee', 'credit_note', 'discount', 'adjustment')), 0)
          + greatest(0, max(set_back)) as adjusted,
        -sum(amount) filter (where kind = 'write_off') as written_off
      from (
        select
          e.receivable_id, e.bucket, e.amount, t.kind,
          sum(e.amount) filter (where t.kind in ('amount_paid_set', 'credit'))
            over (partition by e.receivable_id, e.bucket order by e.version) as set_back
        from ledger_transaction as t
        join ledger_entry as e on e.transaction_id = t.id and e.bucket = t.bucket
        where t.kind not in ('payment', 'application', 'application_reversal', 'payment_reversal', 'refund', 'refund_failed', 'dispute_won', 'transfer')
          and e.receivable_id is not null
      ) as entered
      group by receivable_id, bucket
    ) as h on h.receivable_id = r.id and h.bucket = r.bucket
  ) as summed
) as checked
