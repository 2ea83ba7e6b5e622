-- Draws the numbers that give the events of a transaction their order in the feed. The rows are numbered as they stand in the arrays.
insert into unsequenced_event (event_id, bucket, environment_id)
select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[])
