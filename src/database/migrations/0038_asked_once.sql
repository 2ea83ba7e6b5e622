-- purpose: processors without idempotency keys: the page of a charge is kept, and one at a time asks for a refund
-- breaking: no

-- Where the payer of the charge goes, encrypted; null until the processor has answered, and for a push. A form that is sent again
-- leads there without asking again.
alter table charge add column page_url bytea;

-- When the processor was last asked to send the refund: whoever writes this may ask, and nobody else for a while.
alter table refund add column asked_at timestamptz;
