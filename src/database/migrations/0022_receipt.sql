-- purpose: receipts that stand: what the receipt of each payment says, and who asked to be sent it
-- breaking: no

-- Written once, with the money: names, debts and amounts as they were then. It is read by the id of its payment alone, since the
-- address of a receipt names no environment.
create table receipt (
  payment_id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  -- The merchant, the amounts and what each debt got. They never change.
  facts json not null,
  -- Who paid, how, and what for. Null once the customer is pseudonymised.
  personal json,
  created_at timestamptz not null,
  primary key (payment_id, bucket)
);

-- Each address that a receipt is sent to. The address itself is kept, encrypted, only until it was sent to.
create table receipt_message (
  payment_id uuid not null,
  -- The HMAC of the payment and the address.
  address_hash text not null,
  bucket integer not null,
  environment_id integer not null,
  address bytea,
  tries integer not null default 0,
  -- Null when nothing is left to do.
  next_try_at timestamptz,
  sent_at timestamptz,
  requested_at timestamptz not null,
  primary key (payment_id, address_hash, bucket),
  check ((address is null) = (next_try_at is null))
);
create index receipt_message_due on receipt_message (next_try_at) where next_try_at is not null;

-- Whether payers may ask at a receipt to be sent it, where the server sends no e-mail itself: the merchant is told by an event.
alter table environment add column receipt_requests boolean not null default false;

-- Since when each payment that succeeds on a page has its receipt from then. A server of the version before may go on for a while, so
-- that an hour is left for it. A receipt of before is written when somebody looks at it.
alter table retention add column receipts_since timestamptz not null default 'epoch';
update retention set receipts_since = now() + interval '1 hour' where exists (select from customer);
