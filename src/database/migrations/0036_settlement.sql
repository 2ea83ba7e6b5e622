-- purpose: settlements of processors with their lines, and what clearing accounts held at any time
-- breaking: no

-- A payout of a processor to the bank of the merchant.
create table settlement (
  id uuid not null,
  -- Of its reference, since it belongs to no customer.
  bucket integer not null,
  environment_id integer not null,
  processor text not null,
  -- The processor's own id of it.
  reference text not null,
  status text not null check (status in ('pending', 'paid', 'failed')),
  currency text not null,
  -- What goes to the bank; below zero where the processor takes it from there.
  amount bigint not null check (amount between -1000000000000000 and 1000000000000000),
  -- When it arrived, or is due.
  arrives_at timestamptz not null,
  -- When the processor made it.
  made_at timestamptz not null,
  -- Whether the processor tells what it is made of, and whether all of that has been read.
  lines text not null check (lines in ('none', 'waiting', 'reading', 'read')),
  -- Where the next page of lines begins; null at the first.
  lines_cursor text,
  line_count integer not null default 0,
  line_gross bigint not null default 0,
  line_fee bigint not null default 0,
  version bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (environment_id, id, bucket)
);
create unique index settlement_by_reference on settlement (environment_id, processor, reference, bucket);

-- One amount that a settlement is made of. Its key keeps a fee from being booked twice, whichever settlement tells of it.
create table settlement_line (
  id uuid not null,
  -- Of its reference.
  bucket integer not null,
  environment_id integer not null,
  processor text not null,
  reference text not null,
  settlement_id uuid not null,
  kind text not null check (kind in ('charge', 'refund', 'dispute', 'fee', 'adjustment', 'failed_settlement')),
  currency text not null,
  -- Signed: below zero is taken from the merchant.
  gross bigint not null check (gross between -1000000000000000 and 1000000000000000),
  -- Above zero is taken by the processor.
  fee bigint not null check (fee between -1000000000000000 and 1000000000000000),
  occurred_at timestamptz not null,
  -- What the processor says that it is about.
  told_payment_id uuid,
  charge_reference text,
  refund_reference text,
  settlement_reference text,
  -- What of ours it is about. What is not matched is booked to the account "unmatched".
  matched boolean not null,
  payment_id uuid,
  refund_id uuid,
  matched_at timestamptz,
  created_at timestamptz not null,
  primary key (environment_id, processor, reference, bucket),
  check (matched = (matched_at is not null))
);
create index settlement_line_by_settlement on settlement_line (settlement_id, id);
create index settlement_line_by_payment on settlement_line (payment_id) where payment_id is not null;
create index settlement_line_unmatched on settlement_line (environment_id, processor, id)
  where not matched and kind in ('charge', 'refund', 'dispute');

-- From where the settlements of a processor are read next, and when.
create table settlement_reader (
  environment_id integer not null references environment,
  processor text not null,
  -- Settlements that were made before it have been read.
  read_until timestamptz,
  next_read_at timestamptz not null,
  failures integer not null default 0,
  primary key (environment_id, processor)
);

-- What was entered in clearing accounts, by the kind of transaction and the quarter of an hour in which it counts, of all entries below
-- `clearing_place`. So what a processor owed on a day is a sum of few rows, in whatever time zone. The entries are what counts: it can be made
-- anew from them.
create table clearing_total (
  environment_id integer not null,
  system_account text not null,
  currency text not null,
  kind text not null,
  quarter timestamptz not null,
  amount bigint not null,
  primary key (environment_id, system_account, currency, kind, quarter)
);
create table clearing_place (
  one boolean primary key default true check (one),
  below uuid not null
);
insert into clearing_place (below) values ('00000000-0000-0000-0000-000000000000');

-- The simulator's own books: when its settlements are cut off besides at midnight.
create table simulator_cut_off (
  environment_id integer not null references environment,
  cut_at timestamptz not null,
  primary key (environment_id, cut_at)
);
