-- Claims the reference of a refund by hand, permanently. The unique key is what makes a refund happen once.
insert into refund_reference (environment_id, channel, reference, bucket, refund_id, fingerprint)
values ($1, $2, $3, $4, $5, $6)
on conflict do nothing
