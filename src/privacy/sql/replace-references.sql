-- Replaces references by new ones in the directory that finds objects by them, for all three kinds at once.
with replaced as materialized (
  select * from unnest($2::text[], $3::uuid[], $4::text[], $5::integer[], $6::text[], $7::integer[])
    as replaced (kind, entity_id, old_reference, old_bucket, new_reference, new_bucket)
), deleted as (
  delete from external_reference as e using replaced
  where e.environment_id = $1 and e.kind = replaced.kind and e.reference = replaced.old_reference
    and e.bucket = replaced.old_bucket
    -- spread: and e.bucket = any ($5::integer[])
)
insert into external_reference (environment_id, kind, reference, entity_id, bucket)
select $1, kind, new_reference, entity_id, new_bucket from replaced
