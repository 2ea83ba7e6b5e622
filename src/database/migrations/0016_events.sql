-- purpose: since when every change of a balance and of an object is told by an event
-- breaking: no

-- What was changed earlier has no event, and `verify` misses none. A server of the version before may go on for a while after this, so
-- that an hour is left for it; where there is nothing yet, everything is told from the beginning.
alter table retention add column all_told_since timestamptz not null default 'epoch';
update retention set all_told_since = now() + interval '1 hour' where exists (select from customer);
