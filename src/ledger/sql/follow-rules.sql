-- Copies the effective overpayment rule onto the balances of customer $3 and its accounts, after the rules of the
-- customer or of an account have changed.
update receivable as r
set overpayment_allowed = coalesce(
  (select payment_rules -> 'overpayment_allowed' from account where id = r.account_id and bucket = r.bucket),
  (select payment_rules -> 'overpayment_allowed' from customer where id = r.customer_id and bucket = r.bucket))::boolean
where r.environment_id = $1 and r.bucket = $2 and r.customer_id = $3 and r.kind <> 'bill'
