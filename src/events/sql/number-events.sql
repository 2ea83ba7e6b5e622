-- Draws the numbers that give the events of a transaction their order in the feed. The rows are numbered as they stand in the arrays. Where
-- tables are spread over machines each would draw its own numbers, so the number is the time, in microseconds.
insert into unsequenced_event (event_id, bucket, environment_id) -- on one machine
select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[]) -- on one machine
-- spread: insert into unsequenced_event (event_id, bucket, environment_id, number)
-- spread: select id, bucket, environment_id, (extract(epoch from clock_timestamp()) * 1000000)::bigint + place
-- spread: from unnest($1::uuid[], $2::integer[], $3::integer[]) with ordinality as e (id, bucket, environment_id, place)
