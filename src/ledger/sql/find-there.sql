-- Which payments and stored responses are there, of these ids.
select id from payment
where environment_id = any ($1::integer[]) and id = any ($2::uuid[]) and bucket = any ($3::integer[])
union all
select id from idempotency_response
where environment_id = any ($1::integer[]) and id = any ($2::uuid[]) and bucket = any ($3::integer[])
