-- Puts payments with money that is unidentified or unapplied onto the work lists.
insert into open_payment (payment_id, bucket, environment_id, kind)
select * from unnest($1::uuid[], $2::integer[], $3::integer[], $4::text[])
on conflict do nothing
