-- The quarters of an hour from $3 on and before $4 in which something was written.
select distinct written_quarter as quarter
from ledger_total
where environment_id = $1 and bucket = $2 and written_quarter >= $3 and written_quarter < $4
order by written_quarter
