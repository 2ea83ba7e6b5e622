-- purpose: customers, accounts, bills, what can be owed on them (receivables), and the references that name them
-- breaking: no
-- Everything that hangs on a customer carries the customer's bucket, last in every key (docs/decisions/0002).

create table customer (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null references environment,
  external_reference text not null,
  name text,
  email text,
  phone text,
  -- What a first balance will be in, while there is none; after that the receivable's currency is the one that counts.
  currency text,
  payment_rules jsonb not null default '{}',
  metadata jsonb not null default '{}',
  link_version integer not null default 1,
  version bigint not null default 1,
  archived_at timestamptz,
  pseudonymised_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (id, bucket)
);
create index customer_by_environment on customer (environment_id, id);
create index customer_by_currency on customer (environment_id, currency, id) where currency is not null;
create index customer_archived on customer (environment_id, id) where archived_at is not null;
create index customer_by_metadata on customer using gin (metadata jsonb_path_ops);

create table account (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null references environment,
  customer_id uuid not null,
  external_reference text not null,
  name text,
  currency text,
  payment_rules jsonb not null default '{}',
  metadata jsonb not null default '{}',
  link_version integer not null default 1,
  version bigint not null default 1,
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (id, bucket),
  foreign key (customer_id, bucket) references customer (id, bucket)
);
create index account_by_environment on account (environment_id, id);
create index account_by_currency on account (environment_id, currency, id) where currency is not null;
create index account_archived on account (environment_id, id) where archived_at is not null;
create index account_by_customer on account (customer_id, id);
create index account_by_metadata on account using gin (metadata jsonb_path_ops);

create table bill (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null references environment,
  customer_id uuid not null,
  account_id uuid,
  external_reference text not null,
  -- That of its receivable, for good.
  currency text not null,
  amount_due bigint not null check (amount_due between 1 and 999999999999),
  bill_date date not null,
  due_date date,
  payment_rules jsonb not null default '{}',
  metadata jsonb not null default '{}',
  link_version integer not null default 1,
  version bigint not null default 1,
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (id, bucket),
  foreign key (customer_id, bucket) references customer (id, bucket),
  foreign key (account_id, bucket) references account (id, bucket)
);
create index bill_by_environment on bill (environment_id, id);
create index bill_by_currency on bill (environment_id, currency, id);
create index bill_archived on bill (environment_id, id) where archived_at is not null;
create index bill_by_customer on bill (customer_id, id);
create index bill_by_account on bill (account_id, id) where account_id is not null;
create index bill_by_due_date on bill (environment_id, due_date, id) where due_date is not null;
create index bill_by_metadata on bill using gin (metadata jsonb_path_ops);

-- What can be owed and paid. It shares the id of the customer, account or bill that it belongs to.
-- No index holds the balance: one cost 17 % of the payment rate, since it stops heap-only updates.
create table receivable (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null references environment,
  kind text not null check (kind in ('customer', 'account', 'bill')),
  customer_id uuid not null,
  -- The account itself, or the account that the bill is on.
  account_id uuid,
  currency text not null,
  -- Signed minor units: positive is owed, negative is credit.
  balance bigint not null check (balance between -1000000000000000 and 1000000000000000),
  -- One step for every entry, so a gap or a fork shows.
  version bigint not null,
  -- Only a bill has a status; it changes seldom, so an index may hold it.
  status text check (status in ('unpaid', 'paid', 'voided')),
  -- What a payment has to know of its object and of the customer besides: looking those up with each balance took a tenth of the
  -- database's time for a payment (docs/decisions/0014).
  external_reference text not null,
  -- The nearest rule of an account and its customer; null where neither sets one, and for bills, which never take more than is owed.
  overpayment_allowed boolean check (kind <> 'bill' or overpayment_allowed is null),
  primary key (id, bucket),
  check ((kind = 'bill') = (status is not null)),
  check (kind <> 'bill' or (balance >= 0 and (status = 'unpaid') = (balance > 0)))
) with (fillfactor = 85);
create index receivable_by_customer on receivable (customer_id);
create index receivable_by_account on receivable (account_id) where account_id is not null;
create index receivable_by_status on receivable (environment_id, status, id) where status is not null;

-- One object per kind and reference, for good. The bucket is the hash of the reference, so that the rule holds on
-- many machines: a unique key there must contain the shard key.
create table external_reference (
  environment_id integer not null,
  kind text not null check (kind in ('customer', 'account', 'bill')),
  reference text not null,
  entity_id uuid not null,
  bucket integer not null,
  primary key (environment_id, kind, reference, bucket)
);
