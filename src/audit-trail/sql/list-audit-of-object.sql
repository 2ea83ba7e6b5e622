-- A page of what was stored of object $6, newest first, as in list-audit.sql; its money is in its entries.
select null::uuid as read_to, id, bucket, environment_id, actor, action, object_kind, object_id, object_name, request_id, recorded_at
from audit_entry
where environment_id = $1 and object_id = $6 and id >= $2 and id < $3 and ($4::text is null or actor = $4)
order by id desc limit $5
