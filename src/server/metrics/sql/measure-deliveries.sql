-- The deliveries that wait, apart from those of endpoints that take nothing, and those that are due at $1, up to 10,000 of each; since
-- when the oldest of these is due; and how endpoints do.
select
  (select count(*)::integer from (
    select 1 from webhook_delivery where status = 'pending' and next_attempt_at < 'infinity' limit 10000) as taken) as waiting,
  (select count(*)::integer from (
    select 1 from webhook_delivery where status = 'pending' and next_attempt_at <= $1::timestamptz limit 10000) as taken) as due,
  (select next_attempt_at from webhook_delivery where status = 'pending' and next_attempt_at <= $1::timestamptz
    order by next_attempt_at limit 1) as due_since,
  count(*) filter (where disabled_at is null and failing_since is not null)::integer as failing,
  min(failing_since) filter (where disabled_at is null) as failing_since,
  count(*) filter (where disabled_at is not null and disabled_reason is not null)::integer as paused
from webhook_endpoint
where deleted_at is null
