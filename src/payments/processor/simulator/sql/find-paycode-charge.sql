-- The open charge of the code $2, whose payment waits for it.
-- spread: with k as materialized (
-- spread:   select charge_id, environment_id, paycode from simulator_paycode where environment_id = $1 and paycode = $2 and bucket = $3
-- spread: )
select c.id, c.created_at
from simulator_paycode as k -- on one machine
-- spread: from k
join simulator_charge as c on c.id = k.charge_id and c.environment_id = k.environment_id and c.paycode = k.paycode
join payment as p on p.environment_id = c.environment_id and p.id = c.id and p.bucket = c.bucket
where k.environment_id = $1 and k.paycode = $2
  and k.bucket = $3 -- on one machine
  and c.status = 'open' and p.status = 'pending_action'
