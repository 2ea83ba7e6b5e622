-- Unarchives those objects that are archived, with an audit entry and an event for each. The events are those of
-- billing/object/archive.ts, with ids that were made ahead; the deliveries are those of write-deliveries.sql, and the numbers those of
-- number-events.sql, drawn when the objects are locked.
-- They are short whatever they hold, so nothing of them is ever left out.
with reopened as (
  select unnest($1::uuid[]) as id, unnest($2::integer[]) as bucket, unnest($3::integer[]) as environment_id,
    unnest($4::text[]) as actor, unnest($5::text[]) as request_id, unnest($6::text[]) as shown_id,
    unnest($7::uuid[]) as event_id, unnest($8::text[]) as shown_event_id,
    unnest($12::text[]) as traceparent
), customers as (
  update customer as e set archived_at = null, version = e.version + 1, updated_at = $9::timestamptz
  from reopened as o
  where e.id = o.id and e.bucket = o.bucket and e.environment_id = o.environment_id and e.archived_at is not null
  -- spread: and e.bucket = any ($2::integer[])
  returning 'customer' as kind, 'bcus_' || o.shown_id as shown, e.external_reference, e.version, o.*
), accounts as (
  update account as e set archived_at = null, version = e.version + 1, updated_at = $9::timestamptz
  from reopened as o
  where e.id = o.id and e.bucket = o.bucket and e.environment_id = o.environment_id and e.archived_at is not null
  -- spread: and e.bucket = any ($2::integer[])
  returning 'account', 'bacc_' || o.shown_id, e.external_reference, e.version, o.*
), bills as (
  update bill as e set archived_at = null, version = e.version + 1, updated_at = $9::timestamptz
  from reopened as o
  where e.id = o.id and e.bucket = o.bucket and e.environment_id = o.environment_id and e.archived_at is not null
  -- spread: and e.bucket = any ($2::integer[])
  returning 'bill', 'bill_' || o.shown_id, e.external_reference, e.version, o.*
), unarchived as (
  table customers union all table accounts union all table bills
), audited as (
  insert into audit_entry (id, bucket, environment_id, actor, action, object_kind, object_id, request_id, recorded_at)
  select new_id($9::timestamptz, bucket), bucket, environment_id, actor, 'unarchived', kind, id, request_id,
    $9::timestamptz
  from unarchived
), told as (
  insert into event (id, bucket, environment_id, type, subject_id, body, created_at, personal, traceparent)
  select event_id, bucket, environment_id, kind || '.unarchived', unarchived.id,
    json_build_object('id', shown_event_id, 'type', kind || '.unarchived', 'created_at', $10::text, 'mode', mode,
      'api_version', $11::text, 'data', json_build_object('id', shown, 'mode', mode, 'updated_at', $10::text,
        'object_version', unarchived.version)),
    $9::timestamptz, json_build_object('external_reference', external_reference), traceparent
  from unarchived join environment on environment.id = unarchived.environment_id
  returning id, bucket, environment_id, type, created_at
), numbered as (
  insert into unsequenced_event (event_id, bucket, environment_id) -- on one machine
  select id, bucket, environment_id from told -- on one machine
  -- spread: insert into unsequenced_event (event_id, bucket, environment_id, number)
  -- spread: select id, bucket, environment_id, (extract(epoch from clock_timestamp()) * 1000000)::bigint from told
)
insert into webhook_delivery (event_id, endpoint_id, bucket, environment_id, next_attempt_at)
select told.id, endpoint.id, told.bucket, told.environment_id,
  case when endpoint.ordered then 'infinity' else told.created_at end
from told
join webhook_endpoint as endpoint
  on endpoint.environment_id = told.environment_id
  and endpoint.deleted_at is null
  and (endpoint.event_types is null or told.type = any (endpoint.event_types)
    or split_part(told.type, '.', 1) || '.*' = any (endpoint.event_types))
