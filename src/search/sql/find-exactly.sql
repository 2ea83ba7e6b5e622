-- What has the external reference $2 (bucket $3) among the kinds $4, and up to $7 customers with the e-mail address $5 or the phone
-- number $6. Each is a look-up in a key that begins with the environment.
select kind, entity_id as id, 'external_reference' as matched
from external_reference
where environment_id = $1 and kind = any ($4::text[]) and reference = $2 and bucket = $3
union all
(select 'customer', id, 'email' from customer
where environment_id = $1 and lower(email) = lower($5::text) and email is not null
order by id desc limit $7)
union all
(select 'customer', id, 'phone' from customer
where environment_id = $1 and phone = $6 and phone is not null
order by id desc limit $7)
