-- Holds a reference that still names the payment which is to be replaced ($5).
select fingerprint
from payment_reference
where environment_id = $1 and channel = $2 and reference = $3 and bucket = $4 and payment_id = $5
for update
