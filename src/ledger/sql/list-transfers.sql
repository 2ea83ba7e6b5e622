-- The payments that came of payments $2, the newest first.
select payment_id, transfer_id from payment_transfer
where environment_id = $1 and payment_id = any ($2::uuid[]) and bucket = any ($3::integer[])
order by transfer_id desc
