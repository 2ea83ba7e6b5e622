-- purpose: endpoints that are paused after days of failures, deliveries that wait for them, replays, and the address of an attempt
-- breaking: no

alter table webhook_endpoint
  -- When it first failed since it last took something.
  add column failing_since timestamptz,
  -- While deliveries that waited for it are being made due: since when, from which event on the last ones, and up to which.
  add column waking_since timestamptz,
  add column waking_from uuid,
  add column waking_to uuid,
  -- How many of its deliveries were given up since their events are no longer kept.
  add column deliveries_expired bigint not null default 0;

-- The last attempt of an earlier round: the schedule of a delivery that is sent again begins with the next one.
alter table webhook_delivery add column attempts_before integer not null default 0;
-- The address that was connected to.
alter table webhook_attempt add column address text;

create table webhook_replay (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null references environment,
  endpoint_id uuid not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  -- Null means every type that the endpoint takes.
  event_types text[],
  only_failed boolean not null,
  status text not null check (status in ('running', 'completed', 'cancelled')),
  -- From which event on the last deliveries were made due, and the event up to which all is done.
  batch_from uuid not null,
  done_to uuid not null,
  replayed bigint not null default 0,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (id, bucket)
);
create index webhook_replay_running on webhook_replay (id) where status = 'running';
create index webhook_endpoint_waking on webhook_endpoint (id) where waking_since is not null;
