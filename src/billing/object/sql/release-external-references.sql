delete from external_reference as e
using unnest($1::integer[], $2::text[], $3::text[], $4::uuid[], $5::integer[])
  as released (environment_id, kind, reference, entity_id, bucket)
where e.environment_id = released.environment_id and e.kind = released.kind and e.reference = released.reference
  and e.entity_id = released.entity_id and e.bucket = released.bucket
  -- spread: and e.bucket = any ($5::integer[])
