-- A page of the entries of the receivables $2, after version $5 of the receivable $4. The number of rows is written
-- here, so that the planner knows it.
select l.id, l.receivable_id, r.kind as receivable_kind, l.transaction_id, t.kind, t.reason, t.label, t.reference,
  l.currency, l.amount, l.balance_after, l.version, t.effective_at, t.recorded_at, t.request_id, t.actor, t.source_id
from ledger_entry as l
join ledger_transaction as t on t.id = l.transaction_id and t.bucket = l.bucket
join receivable as r on r.id = l.receivable_id and r.bucket = l.bucket
where l.environment_id = $1 and l.receivable_id = any ($2) and l.bucket = $3
  and (l.receivable_id, l.version) > ($4, $5)
order by l.receivable_id, l.version
limit 500
