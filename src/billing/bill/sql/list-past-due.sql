-- The next bills of an environment whose due date has passed, behind the place of the last one that was told.
select id, due_date from bill
where environment_id = $1 and due_date is not null and due_date <= $2 and (due_date, id) > ($3, $4)
order by due_date, id
limit $5
