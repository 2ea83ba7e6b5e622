-- purpose: what was entered by account, kind and time, for reports, and until when the books are closed
-- breaking: no

-- What the entries below `ledger_total_place` come to, by the account of the ledger, the kind of transaction, and the quarters of an hour
-- in which they were written and in which they count. A midnight of any time zone begins a quarter. So what an account held on a day, as it
-- was known at some time, is a sum of few rows. The entries are what counts: it can be made anew from them.
create table ledger_total (
  environment_id integer not null,
  written_quarter timestamptz not null,
  effective_quarter timestamptz not null,
  -- A system account, or "receivables:" with whose balance it is: customer, account or bill.
  account text not null,
  currency text not null,
  kind text not null,
  entries bigint not null check (entries > 0),
  amount bigint not null,
  -- That of the environment: the entries of a total are of all buckets.
  bucket integer not null,
  primary key (environment_id, written_quarter, effective_quarter, account, currency, kind, bucket)
);
create table ledger_total_place (
  one boolean primary key default true check (one),
  below uuid not null
);
insert into ledger_total_place (below) values ('00000000-0000-0000-0000-000000000000');

-- The last day of the closed books, and the first instant after it in the time zone that the environment had then.
alter table environment
  add column books_closed_until date,
  add column books_open_from timestamptz,
  add constraint environment_books_check check ((books_closed_until is null) = (books_open_from is null)) not valid;

-- Each time that the books were closed, or opened again. Null: nothing is closed.
create table books_closing (
  id uuid not null,
  environment_id integer not null references environment,
  closed_until date,
  open_from timestamptz,
  reason text,
  actor text not null,
  changed_at timestamptz not null,
  primary key (environment_id, id)
);
