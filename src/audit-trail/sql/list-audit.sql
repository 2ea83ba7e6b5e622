-- A page of what was changed in environment $1, newest first, with ids from $2 and below $3: stored changes and, for money, the ledger
-- transactions themselves. The environment and the actor ($4, or null) are in no key, so the newest $6 rows of each are looked through and
-- no more: no page reads more, whatever is sought. The first row says down to which id that was, where there may be older ones.
with changes as materialized (
  select id, bucket, environment_id, actor, action, object_kind, object_id, object_name, request_id,
    recorded_at
  from audit_entry where id >= $2 and id < $3 order by id desc limit $6
), money as materialized (
  select id, bucket, environment_id, actor, kind as action, null::text as object_kind, source_id as object_id,
    null::text as object_name, request_id, recorded_at
  from ledger_transaction where id >= $2 and id < $3 order by id desc limit $6
), ends as (
  select greatest(
    (select id from changes order by id desc offset $6 - 1 limit 1),
    (select id from money order by id desc offset $6 - 1 limit 1)) as read_to
)
select ends.read_to, found.*, detail.address, detail.before, detail.after
from ends
left join lateral (
  select *
  from (select * from changes union all select * from money) as changed
  where environment_id = $1 and ($4::text is null or actor = $4) and (ends.read_to is null or id >= ends.read_to)
  order by id desc limit $5
) as found on true
left join audit_detail as detail
  on detail.id = found.id and detail.bucket = found.bucket and detail.environment_id = found.environment_id
order by found.id desc
