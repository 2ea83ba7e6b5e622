-- purpose: payments that replace a returned one under its reference, and the references of those that were replaced
-- breaking: no

-- What `replaces` said. Null for all but a few, so that it takes no room.
alter table payment add column replaces uuid;

-- A payment whose money was returned and which is presented again: its reference names the new payment from then on. It is kept here
-- with the fingerprint of what was asked for, so that the same request is known again. The key is why it is replaced once.
create table replaced_payment (
  environment_id integer not null,
  channel text not null,
  reference text not null,
  payment_id uuid not null,
  fingerprint bytea not null,
  replaced_by uuid not null,
  -- That of the reference, as in payment_reference.
  bucket integer not null,
  primary key (environment_id, channel, reference, payment_id, bucket)
);
