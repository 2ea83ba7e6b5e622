-- purpose: the double-entry ledger: transactions whose entries sum to zero in each currency
-- breaking: no
-- No foreign keys here: they cost a quarter of the payment rate. `tallystick verify` proves the references instead.

create table ledger_transaction (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  kind text not null,
  -- What caused it: a payment, an adjustment, a reversal, or the bill that was raised.
  source_id uuid not null,
  reason text,
  request_id text,
  effective_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (id, bucket)
) partition by range (id);

create table ledger_entry (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  transaction_id uuid not null,
  -- Exactly one of the two: a receivable, or a house account, whose balance is a sum and is stored nowhere.
  receivable_id uuid,
  house_account text,
  currency text not null,
  amount bigint not null check (amount <> 0),
  version bigint,
  balance_after bigint,
  primary key (id, bucket),
  check ((receivable_id is null) <> (house_account is null)),
  check ((receivable_id is null) = (version is null) and (receivable_id is null) = (balance_after is null))
) partition by range (id);
-- Stops the transaction when a statement did not touch as many rows as it was to: an assertion of the program that holds although
-- the commit travels right behind the statement. 40001, a conflict, says that the transaction may simply be run again.
create function assert_rows(touched bigint, expected integer, what text, code text default 'P0004') returns void
language plpgsql as $$
begin
  if touched <> expected then
    raise exception '%: % of % rows', what, touched, expected using errcode = code;
  end if;
end $$;

create index ledger_entry_by_receivable on ledger_entry (receivable_id, version) where receivable_id is not null;
