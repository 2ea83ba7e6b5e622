insert into processor_reference (environment_id, processor, reference, bucket, payment_id)
values ($1, $2, $3, $4, $5)
on conflict do nothing
