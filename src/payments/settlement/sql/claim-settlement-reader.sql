-- Claims the reader that is due first at $1: the next time is an hour later, unless whoever has it says otherwise.
update settlement_reader as r
set next_read_at = $1::timestamptz + interval '1 hour'
from (
  select environment_id, processor
  from settlement_reader
  where next_read_at <= $1
  order by next_read_at
  limit 1
  for no key update skip locked
) as due, environment as v
where r.environment_id = due.environment_id and r.processor = due.processor and v.id = r.environment_id
returning r.environment_id, r.processor, v.mode, r.read_until, r.failures
