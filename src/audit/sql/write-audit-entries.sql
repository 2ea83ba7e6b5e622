insert into audit_entry (id, bucket, environment_id, actor, action, object_kind, object_id, request_id, recorded_at,
  object_name)
select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[]), unnest($4::text[]), unnest($5::text[]),
  unnest($6::text[]), unnest($7::uuid[]), unnest($8::text[]), $9::timestamptz, unnest($10::text[])
