-- The day on which keys were used. Sent in place of note-key-uses.sql where tables are spread over machines: every row is on each of them
-- then, and a process waits where another one has begun.
update api_key set last_used_on = $2::text::date
where id = any ($1::uuid[]) and (last_used_on is null or last_used_on < $2::text::date)
