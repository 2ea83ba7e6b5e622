-- purpose: events, the endpoints that receive them, one delivery per event and endpoint, and every attempt
-- breaking: no

create table webhook_endpoint (
  id uuid primary key,
  environment_id integer not null references environment,
  url text not null,
  description text,
  -- Null means every type.
  event_types text[],
  -- The signing secret, encrypted: it must be readable to sign.
  secret bytea not null,
  api_version text not null,
  disabled_at timestamptz,
  disabled_reason text,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index webhook_endpoint_by_environment on webhook_endpoint (environment_id, id) where deleted_at is null;

create table event (
  -- That of the application, or of the reversal of one, whose making it tells of: a second event of the same is impossible
  -- (docs/decisions/0016). Other events have one of their own.
  id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  type text not null,
  -- The object that it is about, so that verify can match every application with its event.
  subject_id uuid not null,
  -- What happened, without a word of the merchant's own about whom: it never changes.
  body text not null,
  created_at timestamptz not null,
  -- Those words (references, metadata), as JSON: merged into `data` whenever the event is sent or shown, so that the bytes
  -- are the same at every attempt, until `erase_customer_events` blanks them.
  personal text,
  primary key (id, bucket)
) partition by range (id);
create index event_by_subject on event (subject_id) where subject_id <> id;

create table webhook_delivery (
  event_id uuid not null,
  endpoint_id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  status text not null default 'pending' check (status in ('pending', 'delivered', 'exhausted', 'cancelled')),
  attempts integer not null default 0,
  -- When it is due; while an attempt runs, when the claim on it lapses.
  next_attempt_at timestamptz not null,
  settled_at timestamptz,
  primary key (event_id, endpoint_id, bucket)
) partition by range (event_id);
create index webhook_delivery_due on webhook_delivery (next_attempt_at) where status = 'pending';

create table webhook_attempt (
  event_id uuid not null,
  endpoint_id uuid not null,
  number integer not null,
  bucket integer not null,
  environment_id integer not null,
  started_at timestamptz not null,
  duration_ms integer not null,
  status_code integer,
  error text,
  response_excerpt text,
  primary key (event_id, endpoint_id, number, bucket)
) partition by range (event_id);
