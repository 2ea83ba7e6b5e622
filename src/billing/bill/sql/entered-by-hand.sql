-- The entries of a bill that are no payments, summed by kind.
select t.kind, sum(e.amount)::bigint as amount
from ledger_entry as e
join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
where e.environment_id = $1 and e.receivable_id = $2 and e.bucket = $3
  and t.kind not in ('payment', 'application', 'application_reversal', 'payment_reversal', 'refund', 'refund_failed', 'dispute_won', 'transfer')
group by t.kind
