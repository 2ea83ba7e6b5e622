-- purpose: the processors of an environment, what was asked of them for a payment, and what they call us about
-- breaking: no

-- Which payment services take payments in an environment, in which order and within which limits. Without a row the simulator
-- serves a test environment, and nothing a live one.
create table environment_processor (
  environment_id integer not null references environment,
  processor text not null,
  enabled boolean not null,
  -- The lowest is offered first.
  position integer not null,
  -- Encrypted JSON: the secrets by their names. Null where there is none.
  secrets bytea,
  -- Null: all that the processor takes.
  currencies text[],
  -- By currency, in minor units.
  minimum jsonb not null default '{}',
  maximum jsonb not null default '{}',
  version bigint not null default 1,
  updated_at timestamptz not null,
  primary key (environment_id, processor)
);

-- What a processor was asked for a payment, so that it can be asked again in the same words when its answer was lost. The payment's
-- own amount becomes what arrived; the one here stays what was asked.
create table charge (
  payment_id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  amount bigint not null check (amount between 1 and 999999999999),
  merchant_name text not null,
  -- Encrypted: it holds the link of a payer. Null for a push, which nobody returns from.
  return_url bytea,
  -- The processor's id of the request that opened it, by which its support finds that.
  request_id text,
  -- The processor's own id of the payment, by which it is found there.
  processor_payment_id text,
  primary key (environment_id, payment_id, bucket)
);

-- The calls of processors, each once: they say only which charge to look at.
create table processor_callback (
  environment_id integer not null,
  processor text not null,
  event_id text not null,
  bucket integer not null,
  -- The processor's reference of the charge to look at.
  reference text not null,
  attempts integer not null default 0,
  -- Null once it was looked at, or given up.
  next_try_at timestamptz,
  received_at timestamptz not null,
  primary key (environment_id, processor, event_id, bucket)
);
create index processor_callback_due on processor_callback (next_try_at) where next_try_at is not null;
create index processor_callback_by_age on processor_callback (received_at);
