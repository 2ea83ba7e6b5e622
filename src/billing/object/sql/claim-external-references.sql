-- Claims the references of new objects, permanently. The unique key decides: a claim that returns a row has won.
insert into external_reference (environment_id, kind, reference, entity_id, bucket)
select * from unnest($1::integer[], $2::text[], $3::text[], $4::uuid[], $5::integer[])
on conflict do nothing
returning entity_id
