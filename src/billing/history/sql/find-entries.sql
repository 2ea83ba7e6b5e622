-- A page of entries as in list-entries.sql, but only those of the kind $6 that took effect from $7 to $8. Kinds and dates are in no key, so
-- the newest $9 entries below the top are looked through and no more: no page reads more, whatever is sought. The first row says up to
-- which entry that was, where there are older ones.
with top as materialized (
  select coalesce(
    (select version from ledger_entry
      where id = $4::uuid and bucket = $3 and environment_id = $1 and receivable_id = $2),
    (select version + 1 from receivable where id = $2 and bucket = $3 and environment_id = $1)) as version
), read as materialized (
  select e.id, e.transaction_id, t.kind, e.amount, e.currency, e.balance_after, e.version, t.effective_at, t.recorded_at,
    t.request_id, t.actor, t.source_id, t.reason, t.label, t.reference
  from ledger_entry as e
  join ledger_transaction as t
    on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  where e.environment_id = $1 and e.receivable_id = $2 and e.bucket = $3
    and e.version >= (select version from top) - $9::integer and e.version < (select version from top)
), last as (
  select id from read where version > 1 and version = (select version from top) - $9::integer
)
select (select id from last) as read_to, found.*
from (values (1)) as one
left join (
  select * from read
  where ($6::text is null or kind = $6) and ($7::timestamptz is null or effective_at >= $7)
    and ($8::timestamptz is null or effective_at <= $8)
  order by version desc limit $5
) as found on true
order by version desc
