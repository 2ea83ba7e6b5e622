select * from settlement
where environment_id = $1 and id = $2 and bucket = $3
