-- Gives the open charge $3 the code $2, unless it has one or the code is another's.
with claimed as (
  insert into simulator_paycode (environment_id, paycode, charge_id, bucket)
  values ($1, $2, $3, $4)
  on conflict do nothing
  returning paycode
)
update simulator_charge as c
set paycode = claimed.paycode
from claimed
where c.id = $3 and c.bucket = $5 and c.environment_id = $1 and c.status = 'open' and c.paycode is null
