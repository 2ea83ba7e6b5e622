-- Makes events of one environment ($1) and a delivery of each that one endpoint ($2) has not got: $3 of them, over the $5 ms
-- from $4 on. $6 is over how many seconds from now they are due; without it they wait for good, as for an endpoint that is
-- paused.
with numbered as materialized (
  select n, floor(random() * 65536)::integer as bucket, $4::bigint + n * $5::bigint / $3::bigint as ms
  from generate_series(0, $3::bigint - 1) as n
), made as materialized (
  select n, pg_temp.made_id(ms, bucket) as id, bucket, to_timestamp(ms / 1000.0) as created_at from numbered
), events as (
  insert into event (id, bucket, environment_id, type, subject_id, body, created_at)
  select id, bucket, $1::integer, 'payment.amount_unapplied', id, format('{"n":%s,"note":"%s"}', n, repeat('x', 700)), created_at
  from made order by n
)
insert into webhook_delivery (event_id, endpoint_id, bucket, environment_id, next_attempt_at)
select id, $2::uuid, bucket, $1::integer,
  case when $6::integer is null then 'infinity' else now() + random() * $6::integer * interval '1 second' end
from made order by n
