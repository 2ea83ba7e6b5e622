-- purpose: what the processes have taken together of what an address, a link or a key may ask for
-- breaking: no

-- One row for each that is busy, taken from in portions. It belongs to no environment, since an address may call on all. After a crash it
-- is empty, and everybody begins anew.
create unlogged table rate_lease (
  kind text not null,
  -- A keyed hash of the address, the link or the key.
  subject text not null,
  -- When all of it is there again. A row with a time that is past says nothing.
  full_at timestamptz not null,
  -- How much the last one got who asked.
  granted integer not null,
  primary key (kind, subject)
) with (fillfactor = 50);
