-- I3. An entry whose environment, bucket or currency differs from its receivable counts as an entry without one.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where broken))[1:5] as examples
from (
  select
    coalesce(r.kind, 'receivable') as kind,
    coalesce(r.id, e.receivable_id) as id,
    r.id is null or r.balance <> coalesce(e.total, 0) or r.version <> coalesce(e.entries, 0) as broken,
    case when r.id is null then 'entries without their receivable'
      else format('balance %s at version %s, but %s entries sum to %s', r.balance, r.version, coalesce(e.entries, 0),
        coalesce(e.total, 0)) end as fault
  from receivable as r
  full join (
    select receivable_id, bucket, environment_id, currency, sum(amount) as total, count(*) as entries
    from ledger_entry
    where receivable_id is not null
    group by receivable_id, bucket, environment_id, currency
  ) as e on e.receivable_id = r.id and e.bucket = r.bucket and e.environment_id = r.environment_id and e.currency = r.currency
) as checked
