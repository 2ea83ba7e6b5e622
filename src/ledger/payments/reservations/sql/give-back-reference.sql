-- Gives a reserved reference back to the payment that it named before the one that was to replace it ($5), if there is one, unless somebody
-- has come for it since it had so many holders.
update payment_reference as kept
set payment_id = old.payment_id, fingerprint = old.fingerprint, reserved_at = null, holders = null
from replaced_payment as old
where kept.environment_id = $1 and kept.channel = $2 and kept.reference = $3 and kept.bucket = $4
  and kept.payment_id = $5 and kept.holders = $6
  and old.environment_id = $1 and old.channel = $2 and old.reference = $3 and old.bucket = $4 and old.replaced_by = $5
