-- purpose: the look-up of a bill by somebody without its link, and how often it was tried
-- breaking: no

-- The second fact that is asked for besides a reference; null where there is no look-up.
alter table environment add column guest_lookup jsonb;

-- How often something was tried since `began_at`: from an address, or with a reference. Whichever it is stands there as a keyed hash
-- only, and the job that maintains the database deletes what is old.
create table guest_attempt (
  environment_id integer not null,
  subject text not null,
  bucket integer not null,
  began_at timestamptz not null,
  attempts integer not null,
  primary key (environment_id, subject, bucket)
);
create index guest_attempt_by_age on guest_attempt (began_at);
