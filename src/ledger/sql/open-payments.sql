-- Puts payments that have just arrived, with money that is unidentified or unapplied, onto the work lists: none is on them already.
insert into open_payment (payment_id, bucket, environment_id, kind)
select * from unnest($1::uuid[], $2::integer[], $3::integer[], $4::text[])
