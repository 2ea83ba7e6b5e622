-- Locks the settlement of a reference.
select * from settlement
where environment_id = $1 and processor = $2 and reference = $3 and bucket = $4
for no key update
