-- I7, from the side of deliveries. A claim counts as an attempt before it is sent, so a crash may leave a number
-- without a row. But no row has a higher number, and the attempt that ended a delivery is its latest, unless it was
-- given up since its event was 90 days old. What has a posting, or lacks one, was delivered by some attempt, also where it is sent again.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('event %s for endpoint %s: %s after %s attempts, the last one kept is %s, the last good one %s',
    event_id, endpoint_id, status, attempts, last, last_good)) filter (where broken))[1:5] as examples
from (
  select
    coalesce(d.event_id, a.event_id) as event_id, coalesce(d.endpoint_id, a.endpoint_id) as endpoint_id,
    coalesce(d.status, 'no delivery') as status, d.attempts, a.last, a.last_good,
    d.event_id is null or a.first < 1 or a.last > d.attempts
      or d.status = 'delivered' and a.last_good is distinct from d.attempts
      or d.status = 'exhausted' and a.last is distinct from d.attempts
        and d.event_id >= id_at(d.settled_at - interval '90 days')
      or d.attempts_before > d.attempts
      or (d.posting_reference is not null or d.unposted_since is not null) and a.last_good is null as broken
  from webhook_delivery as d
  full join (
    select
      event_id, endpoint_id, bucket, environment_id,
      min(number) as first, max(number) as last,
      max(number) filter (where status_code between 200 and 299 and error is null) as last_good
    from webhook_attempt
    group by event_id, endpoint_id, bucket, environment_id
  ) as a on a.event_id = d.event_id and a.endpoint_id = d.endpoint_id and a.bucket = d.bucket
    and a.environment_id = d.environment_id
) as checked
