-- Gives positions to what waits, in the order of its numbers and behind the last position, in the transaction that has locked the
-- place; this is a statement of its own, so its snapshot shows all that was committed until then. What stays invisible has locks on what
-- it is about, so nothing that is visible comes after it. Takes 10,000 at a time: after a long stop more may wait than one
-- transaction can take. Where tables are spread over machines the place is the coordinator's alone: $1 is what was read when it was locked, and it
-- is moved by a statement of its own. `ordered` has each of them for each endpoint of its environment that is ordered.
with taken as materialized (
  delete from unsequenced_event
  where ctid = any (array(select ctid from unsequenced_event order by number limit 10000)) -- on one machine
  -- spread: where number <= (
  -- spread:   select max(number) from (select number from unsequenced_event order by number limit 10000) as first)
  returning number, event_id, bucket, environment_id
), placed as (
  insert into event_feed (position, event_id, bucket, environment_id)
  select (select position from feed_place) -- on one machine
    -- spread: select $1::bigint
    + row_number() over (order by number), event_id, bucket, environment_id
  from taken
  returning event_id, bucket, environment_id
), moved as ( -- on one machine
  update feed_place set position = position + (select count(*) from taken) -- on one machine
  where exists (select 1 from taken) -- on one machine
  returning position -- on one machine
)
select coalesce((select position from moved), (select position from feed_place)) as position, -- on one machine
  -- spread: select $1::bigint + (select count(*) from taken)::bigint as position,
  (select count(*) from taken)::integer as sequenced,
  array(select distinct environment_id from taken) as environment_ids,
  coalesce((
    select json_agg(json_build_object('endpoint_id', endpoint.id, 'event_id', placed.event_id, 'bucket', placed.bucket))
    from placed
    join webhook_endpoint as endpoint on endpoint.environment_id = placed.environment_id and endpoint.ordered
      and endpoint.deleted_at is null
  ), '[]') as ordered
