-- I4. Each entry is compared with the one before it, so a broken link is found once and not again in all that follow.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('entry %s: version %s with a balance of %s after %s, follows version %s with %s',
    id, version, balance_after, amount, version_before, balance_before)) filter (where broken))[1:5] as examples
from (
  select *, version <> version_before + 1 or balance_after <> balance_before + amount as broken
  from (
    select
      id, version, balance_after, amount,
      lag(version, 1, 0::bigint) over entries as version_before,
      lag(balance_after, 1, 0::bigint) over entries as balance_before
    from ledger_entry
    where receivable_id is not null
    window entries as (partition by receivable_id order by version) -- on one machine
    -- spread: window entries as (partition by receivable_id, bucket order by version)
  ) as linked
) as checked
