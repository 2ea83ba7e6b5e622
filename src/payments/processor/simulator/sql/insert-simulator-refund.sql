-- Writes refund $1 of charge $4, unless it is there, as what the charge says of its refunds. One that comes to more than is left of
-- the charge is refused, as by a real processor.
insert into simulator_refund (id, bucket, environment_id, charge_id, amount, status, becomes, settles_at, created_at)
select $1, $2, $3, c.id, $5::bigint,
  case
    when c.refunds = 'refused' or $5::bigint > case when c.capture_method is null then c.amount else c.captured_amount end - coalesce(sent.total, 0) then 'failed'
    when c.refunds in ('pending_succeeded', 'pending_failed') then 'pending'
    else 'succeeded' end,
  case when c.refunds = 'pending_succeeded' then 'succeeded' when c.refunds in ('pending_failed', 'succeeded_failed') then 'failed' end,
  case when c.refunds in ('pending_succeeded', 'pending_failed', 'succeeded_failed') then $6::timestamptz end,
  $7::timestamptz
from simulator_charge as c
left join lateral (
  select sum(r.amount) as total from simulator_refund as r
  where r.charge_id = c.id and r.bucket = c.bucket and r.status <> 'failed' and r.becomes is distinct from 'failed'
) as sent on true
where c.id = $4 and c.bucket = $2 and c.environment_id = $3
on conflict do nothing
