-- A reader of the processor $1 for each environment of the modes $3 that has it: that has set it up, or all where it serves by itself.
insert into settlement_reader (environment_id, processor, next_read_at)
select v.id, $1, $4
from environment as v
where v.mode = any ($3::text[])
  and ($2 or exists (select 1 from environment_processor as p where p.environment_id = v.id and p.processor = $1))
on conflict do nothing
