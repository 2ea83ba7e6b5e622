-- A page of up to $5 entries of one receivable, newest first, below the entry $4 or, without it, from the top. Versions
-- have no gaps, so a page is a range of versions, and no plan can read more than the page.
with top as materialized (
  select coalesce(
    (select version from ledger_entry
      where id = $4::uuid and bucket = $3 and environment_id = $1 and receivable_id = $2),
    (select version + 1 from receivable where id = $2 and bucket = $3 and environment_id = $1)) as version
)
select e.id, e.transaction_id, t.kind, e.amount, e.currency, e.balance_after, e.version, t.effective_at, t.recorded_at,
  t.request_id, t.actor, t.source_id, t.reason, t.label, t.reference
from ledger_entry as e
join ledger_transaction as t
  on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
where e.environment_id = $1 and e.receivable_id = $2 and e.bucket = $3
  and e.version >= (select version from top) - $5::integer and e.version < (select version from top)
order by e.version desc
