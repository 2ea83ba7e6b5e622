-- What reference $2 names in environment $1, by kind; $3 is the bucket of the reference.
select kind, entity_id as id from external_reference
where environment_id = $1 and kind = any (array['customer', 'account', 'bill']) and reference = $2 and bucket = $3
