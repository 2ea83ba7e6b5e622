insert into audit_detail (id, bucket, environment_id, address, before, after)
select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[]), unnest($4::text[]), unnest($5::text[])::json,
  unnest($6::text[])::json
