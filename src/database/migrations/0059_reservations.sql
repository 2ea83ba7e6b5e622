-- purpose: names that are reserved on their own machine before a payment is applied on that of its customer
-- breaking: no

-- Where all rows lie on one machine, a name is claimed in the transaction of its effect, and both columns stay null. Where a name may lie on
-- another machine than the customer, it is reserved first (docs/decisions/0070): `holders` counts the requests that may apply what it names,
-- and `reserved_at` is when the last of them came. Both are null again once it is known that the effect is there.
alter table idempotency_key
  add column reserved_at timestamptz,
  add column holders integer,
  add constraint idempotency_key_reserved check ((reserved_at is null) = (holders is null)) not valid;
alter table payment_reference
  add column reserved_at timestamptz,
  add column holders integer,
  add constraint payment_reference_reserved check ((reserved_at is null) = (holders is null)) not valid;
