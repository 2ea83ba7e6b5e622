-- purpose: the simulator's own books: what the built-in pretend processor knows of a charge
-- breaking: no

create table simulator_charge (
  -- The payment's id: asking for the same payment again opens no second charge.
  id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  amount bigint not null,
  currency text not null,
  merchant_name text not null,
  status text not null check (status in ('open', 'challenge', 'pending', 'succeeded', 'failed')),
  -- What a challenge that is approved, or a pending charge, becomes; and when it does.
  becomes text check (becomes in ('succeeded', 'failed')),
  settles_at timestamptz,
  decline_code text,
  -- Scheme, first six and last four digits. The number itself is kept nowhere.
  card jsonb,
  -- Encrypted, since it holds the payer's link.
  return_url bytea not null,
  created_at timestamptz not null,
  primary key (id, bucket)
);
