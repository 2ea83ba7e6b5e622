-- Unarchives those objects that are archived, with an audit entry for each.
with reopened as (
  select unnest($1::uuid[]) as id, unnest($2::integer[]) as bucket, unnest($3::integer[]) as environment_id,
    unnest($4::text[]) as actor, unnest($5::text[]) as request_id
), customers as (
  update customer as e set archived_at = null, version = e.version + 1, updated_at = $6::timestamptz
  from reopened as o
  where e.id = o.id and e.bucket = o.bucket and e.environment_id = o.environment_id and e.archived_at is not null
  returning 'customer' as kind, o.*
), accounts as (
  update account as e set archived_at = null, version = e.version + 1, updated_at = $6::timestamptz
  from reopened as o
  where e.id = o.id and e.bucket = o.bucket and e.environment_id = o.environment_id and e.archived_at is not null
  returning 'account', o.*
), bills as (
  update bill as e set archived_at = null, version = e.version + 1, updated_at = $6::timestamptz
  from reopened as o
  where e.id = o.id and e.bucket = o.bucket and e.environment_id = o.environment_id and e.archived_at is not null
  returning 'bill', o.*
)
insert into audit_entry (id, bucket, environment_id, actor, action, object_kind, object_id, request_id, recorded_at)
select new_id($6::timestamptz, bucket), bucket, environment_id, actor, 'unarchived', kind, id, request_id, $6::timestamptz
from (table customers union all table accounts union all table bills) as unarchived
