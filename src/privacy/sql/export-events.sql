-- A page of the events about the objects $2, after the event $5 about $4. What tells of an application or of a reversal of
-- one has its id; other events name their object. The number of rows is written here, so that the planner knows it.
with told as (
  select id, subject_id, body, personal from event
  where environment_id = $1 and bucket = $3 and subject_id = any ($2) and subject_id <> id
  union all
  select id, subject_id, body, personal from event
  where environment_id = $1 and bucket = $3 and id = any ($2) and subject_id = id
  union all
  select e.id, e.subject_id, e.body, e.personal
  from application_reversal as r
  join event as e on e.id = r.id and e.bucket = r.bucket
  where r.environment_id = $1 and r.application_id = any ($2) and r.bucket = $3
)
select id, subject_id, body, personal from told
where (subject_id, id) > ($4, $5)
order by subject_id, id
limit 500
