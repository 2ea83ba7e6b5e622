-- Claims payment references that are expected to be new: claim-references.sql for a batch that nearly always wins. An
-- existing reference fails the transaction, which saves PostgreSQL a look-up and a result, as in claim-new-keys.sql.
insert into payment_reference (environment_id, channel, reference, bucket, payment_id, fingerprint)
select unnest($1::integer[]), unnest($2::text[]), unnest($3::text[]), unnest($4::integer[]), unnest($5::uuid[]),
  unnest($6::bytea[])
