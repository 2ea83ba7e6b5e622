-- purpose: since when what remains of a balance has been owed, and when it was last moved
-- breaking: no

-- The newest of the instants from which something that was added to it counts: nothing lessens a bill from an earlier one, so that a
-- bill is below zero at no date (docs/decisions/0024). What there is already counts as owed since now: the default is kept in the
-- catalogue, so no row is written. A server of the version before leaves it to the default too, which is late and never wrong.
alter table receivable add column owed_since timestamptz not null default now();

-- When the newest entry was written. Null where there is none from since this was kept.
alter table receivable add column moved_at timestamptz;
