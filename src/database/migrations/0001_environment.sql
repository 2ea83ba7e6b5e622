-- purpose: merchants, their two environments, and the API keys that open exactly one of them
-- breaking: no
-- These are reference tables: small, read by every shard, so they carry no bucket.

create table merchant (
  id integer generated always as identity primary key,
  slug text not null unique check (slug ~ '^[a-z0-9](-?[a-z0-9])*$'),
  name text not null,
  created_at timestamptz not null
);

create table environment (
  id integer generated always as identity primary key,
  merchant_id integer not null references merchant,
  mode text not null check (mode in ('test', 'live')),
  -- How payers know the merchant here, where that is not its name: a test key must not rename the live one.
  display_name text,
  time_zone text not null default 'UTC',
  payment_rules jsonb not null default '{}',
  version bigint not null default 1,
  unique (merchant_id, mode)
);

create table api_key (
  id uuid primary key,
  environment_id integer not null references environment,
  -- SHA-256 of the key. The key itself is shown once and kept nowhere.
  hash bytea not null unique,
  hint text not null,
  api_version text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);
