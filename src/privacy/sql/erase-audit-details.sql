-- Deletes what is known of the changes of objects $1 besides who made them and when.
delete from audit_detail as d
using audit_entry as e
where e.object_id = any ($1::uuid[]) and e.bucket = any ($2::integer[]) and e.environment_id = $3
  and d.id = e.id and d.bucket = e.bucket and d.environment_id = e.environment_id
  -- spread: and d.bucket = any ($2::integer[])
