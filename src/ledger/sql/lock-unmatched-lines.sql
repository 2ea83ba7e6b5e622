-- Locks lines that are about a payment and are not matched, newest first, from $3 on. Those that another job looks at are left to it;
-- where tables are spread over machines, whoever matches a line later than another fails (update-matched-lines.sql).
select * from settlement_line
where environment_id = $1 and processor = $2 and id >= $3 and not matched and kind in ('charge', 'refund', 'dispute')
order by id desc
limit $4
for no key update skip locked -- on one machine
