-- purpose: what a payer chose to pay with one payment
-- breaking: no

-- The receivables that a payer chose and how much of each, in their order. Null for recorded payments, and for payments that were
-- begun before this was kept: those are for the whole of their target.
alter table payment
  add column chosen_ids uuid[],
  add column chosen_amounts bigint[],
  add constraint payment_chosen_check
    check (cardinality(chosen_ids) is not distinct from cardinality(chosen_amounts)) not valid;
