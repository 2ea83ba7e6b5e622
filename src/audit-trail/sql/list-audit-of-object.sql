-- A page of what was stored of object $6, newest first, as in list-audit.sql; its money is in its entries.
select null::uuid as read_to, e.id, e.bucket, e.environment_id, actor, action, object_kind, object_id, object_name, request_id,
  recorded_at, detail.address, detail.before, detail.after
from audit_entry as e
left join audit_detail as detail
  on detail.id = e.id and detail.bucket = e.bucket and detail.environment_id = e.environment_id
where e.environment_id = $1 and object_id = $6 and e.id >= $2 and e.id < $3 and ($4::text is null or actor = $4)
order by e.id desc limit $5
