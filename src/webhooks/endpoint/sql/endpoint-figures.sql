-- How the latest attempts at an endpoint ($1, of the environment $2) went, and what waits for it. There is no index by endpoint: it
-- would cost every event of the money path. So both parts read a bounded number of rows whatever the endpoint: the newest 20,000
-- attempts by the key alone, of which the 100 latest at this endpoint are looked up, and up to 50,000 pending deliveries by the index of
-- what is due. With more pending than that nothing is said of what waits.
with newest as materialized (
  select event_id, endpoint_id, number, bucket
  from webhook_attempt
  order by event_id desc, endpoint_id desc, number desc, bucket desc
  limit 20000
),
latest as materialized (
  select attempt.started_at, attempt.duration_ms, attempt.error is null and attempt.status_code between 200 and 299 as good
  from (select * from newest where endpoint_id = $1 limit 100) as of_endpoint
  join webhook_attempt as attempt using (event_id, endpoint_id, number, bucket)
  where attempt.environment_id = $2
),
pending as materialized (
  select event_id, endpoint_id from webhook_delivery where status = 'pending' limit 50001
)
select
  attempts.*,
  waiting.pending, waiting.oldest
from (
  select
    count(*)::integer as attempts,
    max(started_at) filter (where good) as last_success_at,
    (count(*) filter (where not good and started_at > coalesce(last_good, '-infinity')))::integer as consecutive_failures,
    percentile_disc(0.5) within group (order by duration_ms) as p50_ms,
    percentile_disc(0.99) within group (order by duration_ms) as p99_ms
  from (select *, max(started_at) filter (where good) over () as last_good from latest) as judged
) as attempts,
(
  select
    case when count(*) <= 50000 then (count(*) filter (where endpoint_id = $1))::integer end as pending,
    case when count(*) <= 50000 then (min(event_id::text) filter (where endpoint_id = $1))::uuid end as oldest
  from pending
) as waiting
