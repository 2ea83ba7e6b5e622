-- Holds the payment rules of customers as they are until what follows from them is written.
select id from customer
where id = any ($1::uuid[]) and bucket = any ($2::integer[]) and environment_id = any ($3::integer[])
order by id
for share
