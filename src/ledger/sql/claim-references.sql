-- Claims payment references, permanently. As with keys, the unique key is what makes a payment happen once.
insert into payment_reference (environment_id, channel, reference, bucket, payment_id, fingerprint)
select unnest($1::integer[]), unnest($2::text[]), unnest($3::text[]), unnest($4::integer[]), unnest($5::uuid[]),
  unnest($6::bytea[])
on conflict do nothing
returning environment_id, channel, reference
