-- The payments that came of payment $2, the oldest first.
select transfer_id from payment_transfer
where environment_id = $1 and payment_id = $2 and bucket = $3
order by transfer_id
