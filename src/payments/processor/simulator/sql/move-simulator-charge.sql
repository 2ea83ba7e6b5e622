-- Moves a charge on from the status $4. What becomes of its money after that ($10) is called about when it happens ($14), as a real
-- processor does: the callbacks wait as if they had come.
with moved as (
  update simulator_charge
  set status = $5, becomes = $6, settles_at = $7, decline_code = $8, card = $9, later = $10
  where id = $1 and bucket = $2 and environment_id = $3 and status = $4
  returning environment_id
)
insert into processor_callback (environment_id, processor, event_id, bucket, reference, next_try_at, received_at)
select moved.environment_id, 'simulator', called.event_id, called.bucket, $11, called.at, $15
from moved cross join unnest($12::text[], $13::integer[], $14::timestamptz[]) as called (event_id, bucket, at)
on conflict do nothing
