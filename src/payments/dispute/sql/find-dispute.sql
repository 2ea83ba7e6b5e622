select d.*, v.uncovered_amount - v.covered_amount as lost_amount
from dispute as d
left join payment_reversal as v on v.id = d.reversal_id and v.bucket = d.bucket and v.environment_id = d.environment_id
where d.environment_id = $1 and d.id = $2 and d.bucket = $3
