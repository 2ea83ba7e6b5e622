-- How many events have no position in the feed yet, up to 10,000, and the id of the oldest, which begins with its time.
select count(*)::integer as waiting, min(event_id::text) as oldest
from (select event_id from unsequenced_event limit 10000) as taken
