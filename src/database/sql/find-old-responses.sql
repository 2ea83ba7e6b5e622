-- Up to $2 responses whose keys were claimed before $1, oldest first. The id of a response begins with the time, so the primary key finds
-- them.
select id, environment_id, key
from idempotency_response
where id < id_at($1::timestamptz)
order by id
limit $2::integer
