-- purpose: money that goes on to another customer, and reversals that follow it there
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

alter table payment_reversal
  -- What of it was taken from the payments that the money had become.
  add column transferred_amount bigint not null default 0 check (transferred_amount between 0 and amount),
  -- Of what was taken from such a payment: the reversal that it is a part of, made at the payment that holds the reference, and what of
  -- it has come back there, last by the transaction reinstatement_id.
  add column follows uuid,
  add column returned_amount bigint not null default 0 check (returned_amount between 0 and amount),
  -- A loss may be that of a reversal by hand too: the money was refunded before its bank took it back.
  drop constraint payment_reversal_check3,
  add constraint payment_reversal_by_hand_check check (processor_reference is not null or follows is not null or reinstatement_id is null),
  add constraint payment_reversal_following_check check (case when follows is null then returned_amount = 0
    else uncovered_amount = 0 and processor_reference is null and (reinstatement_id is null) = (returned_amount = 0) end);

-- Of one reversal a payment gives once.
create unique index payment_reversal_following on payment_reversal (environment_id, payment_id, follows, bucket) where follows is not null;
