-- Notes which payment was named before, and for which request.
insert into replaced_payment (environment_id, channel, reference, bucket, payment_id, fingerprint, replaced_by)
values ($1, $2, $3, $4, $5, $6, $7)
