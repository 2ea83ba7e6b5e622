-- purpose: what a merchant shows of itself on its pages, and its logo
-- breaking: no

-- Its legal name, its accent and so on, each where it is set: one column, since they are only ever read together.
alter table environment add column face jsonb not null default '{}';

-- At most one for each environment; its bytes are read only to be served. A reference table as the environment is: small, and it
-- hangs on no customer.
create table logo (
  environment_id integer primary key references environment,
  -- Of the bytes: the address that it is served at.
  sha256 bytea not null check (octet_length(sha256) = 32),
  media_type text not null check (media_type in ('image/png', 'image/jpeg')),
  width integer not null check (width between 1 and 2000),
  height integer not null check (height between 1 and 2000),
  bytes bytea not null check (octet_length(bytes) between 1 and 32768)
);
create index logo_by_sha256 on logo (sha256);
