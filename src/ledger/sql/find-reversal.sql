select id, payment_id, amount, unapplied_amount, direct_amount, suspense_amount, uncovered_amount, covered_amount, transferred_amount, reason, processor_reference,
  reinstatement_id, created_at
from payment_reversal
where id = $2 and bucket = $3 and environment_id = $1
