-- The entries of a bill that are no payments, summed by kind. Credit that was set off counts as paid, and is given back only by a lower
-- amount_paid, so the two are summed together.
select case t.kind when 'credit' then 'amount_paid_set' else t.kind end as kind, sum(e.amount) as amount
from ledger_entry as e
join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
where e.environment_id = $1 and e.receivable_id = $2 and e.bucket = $3
  and t.kind not in ('payment', 'application', 'application_reversal', 'payment_reversal', 'refund', 'refund_failed', 'dispute_won', 'transfer')
group by 1
