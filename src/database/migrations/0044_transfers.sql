-- purpose: money that goes on to another customer
-- breaking: no

alter table payment_transfer
  -- What of it had been unapplied. Zero of what was assigned, which lay in suspense.
  add column unapplied_amount bigint not null default 0 check (unapplied_amount between 0 and amount),
  -- Of money whose payer was known: why it went on, and the event and ledger transaction by which it did.
  add column reason text,
  add column transaction_id uuid,
  add check ((reason is null) = (transaction_id is null) and (transaction_id is not null or unapplied_amount = 0));

-- Set when the money went on as this payment.
alter table application_reversal add column transfer_id uuid;
