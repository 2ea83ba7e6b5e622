-- What payment $2 came of; null where it was received.
select transferred_from from payment where environment_id = $1 and id = $2 and bucket = $3
