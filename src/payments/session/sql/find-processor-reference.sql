select payment_id
from processor_reference
where environment_id = $1 and processor = $2 and reference = $3 and bucket = $4
