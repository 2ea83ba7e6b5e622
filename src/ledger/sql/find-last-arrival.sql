-- When money of payment $2 last arrived after it was received: by a capture, by a refund that failed, or since what was taken back came again.
select max(t.effective_at) as at
from (
  select told_id as id from capture
  where environment_id = $1 and payment_id = $2 and bucket = $3 and kind = 'capture' and told_id is not null
  union all
  select failure_id from refund where environment_id = $1 and payment_id = $2 and bucket = $3 and failure_id is not null
  union all
  select reinstatement_id from payment_reversal
  where environment_id = $1 and payment_id = $2 and bucket = $3 and reinstatement_id is not null
) as arrived
join ledger_transaction as t on t.id = arrived.id and t.bucket = $3 and t.environment_id = $1
