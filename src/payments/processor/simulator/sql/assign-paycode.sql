-- Gives the open charge $3 the code $2, unless it has one or the code is another's. The charge is locked before the code is
-- taken: of two that ask at once, the second finds the code of the first, and leaves none behind that belongs to no charge.
with open_charge as (
  select id, environment_id, bucket
  from simulator_charge
  where id = $3 and bucket = $5 and environment_id = $1 and status = 'open' and paycode is null
  for no key update
), claimed as (
  insert into simulator_paycode (environment_id, paycode, charge_id, bucket)
  select environment_id, $2, id, $4 from open_charge
  on conflict do nothing
  returning paycode
)
update simulator_charge as c
set paycode = claimed.paycode
from open_charge as o cross join claimed
where c.id = o.id and c.bucket = o.bucket and c.environment_id = o.environment_id
