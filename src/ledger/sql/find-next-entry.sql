-- The first entry from the id $1 on and below $2.
select id from ledger_entry
where id >= $1 and id < $2
order by id
limit 1
