-- I4, of what has moved since the id $1: from the first new entry of a balance on, each is compared with the one before it. Of two entries
-- that were written at once the later one may have the lower id, so they are looked for by version.
with begun as (
  select receivable_id, min(version) - 1 as version from ledger_entry where id >= $1::uuid and receivable_id is not null group by receivable_id
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('entry %s: version %s with a balance of %s after %s, follows version %s with %s',
    id, version, balance_after, amount, version_before, balance_before)) filter (where broken))[1:5] as examples
from (
  select *, version <> version_before + 1 or balance_after <> balance_before + amount as broken
  from (
    select e.id, e.version, e.balance_after, e.amount, b.version as sealed_version,
      lag(e.version, 1, 0::bigint) over entries as version_before,
      lag(e.balance_after, 1, 0::bigint) over entries as balance_before
    from begun as b
    join ledger_entry as e on e.receivable_id = b.receivable_id and e.version >= b.version
    window entries as (partition by e.receivable_id order by e.version) -- on one machine
    -- spread: window entries as (partition by e.receivable_id, e.bucket order by e.version)
  ) as linked
  where version > sealed_version
) as checked
