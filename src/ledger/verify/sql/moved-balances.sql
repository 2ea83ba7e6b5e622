-- I3, of what has moved since the id $1: a balance is what its last entry left, at the version of that. An entry whose environment,
-- bucket or currency differs from its receivable counts as one without. That what was before it adds up was checked before. Of two
-- entries that were written at once the later one may have the lower id, so those behind the first new one are looked for by version.
with begun as (
  select receivable_id, min(version) as version from ledger_entry where id >= $1::uuid and receivable_id is not null group by receivable_id
)
select
  count(*) as examined,
  count(*) filter (where fault is not null) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where fault is not null))[1:5] as examples
from (
  select coalesce(r.kind, 'receivable') as kind, e.receivable_id as id,
    case when r.id is null then 'entries without their receivable'
      when r.balance <> e.balance_after or r.version <> e.version
        then format('balance %s at version %s, but its last entry left %s at version %s', r.balance, r.version, e.balance_after, e.version)
    end as fault
  from (
    select distinct on (e.receivable_id) e.receivable_id, e.bucket, e.environment_id, e.currency, e.version, e.balance_after
    from begun as b
    join ledger_entry as e on e.receivable_id = b.receivable_id and e.version >= b.version
    order by e.receivable_id, e.version desc
  ) as e
  left join receivable as r on r.id = e.receivable_id and r.bucket = e.bucket and r.environment_id = e.environment_id
    and r.currency = e.currency
) as checked
