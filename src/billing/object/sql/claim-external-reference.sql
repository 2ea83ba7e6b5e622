-- Claims the reference of one new object, as claim-external-references.sql does many: where tables are spread, each has a statement.
insert into external_reference (environment_id, kind, reference, entity_id, bucket)
values ($1, $2, $3, $4, $5)
on conflict do nothing
returning entity_id
