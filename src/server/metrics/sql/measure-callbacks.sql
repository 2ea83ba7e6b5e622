-- The calls of processors that are to be looked into, up to 10,000, by processor.
select processor, count(*)::integer as waiting, min(received_at) as since
from (select processor, received_at from processor_callback where next_try_at is not null order by next_try_at limit 10000) as taken
group by processor
