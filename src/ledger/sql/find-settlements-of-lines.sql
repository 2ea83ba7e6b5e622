-- Which of the references are those of settlements that are known.
select s.reference
from unnest($3::text[], $4::integer[]) as l (reference, bucket)
join settlement as s
  on s.environment_id = $1 and s.processor = $2 and s.reference = l.reference and s.bucket = l.bucket
  -- spread: and s.bucket = any ($4::integer[])
