-- The settlements that were made from $2 to $3, behind the one of the currency $4 at $2. A movement belongs to the next midnight, by UTC,
-- or to the cut-off before that. A midnight counts once it is before $5. A charge is decided within two days, so the ids say where to look.
with moved as (
  select currency, settles_at as at, amount - (amount * 29 + 500) / 1000 as net
  from simulator_charge
  where environment_id = $1 and id >= id_at($2::timestamptz - interval '4 days') and id < id_at($3::timestamptz + interval '1 ms')
    and case status when 'pending' then becomes else status end = 'succeeded' and capture_method is null
  union all
  select c.currency, k.created_at, k.amount - (k.amount * 29 + 500) / 1000
  from simulator_capture as k
  join simulator_charge as c on c.id = k.charge_id and c.bucket = k.bucket and c.environment_id = k.environment_id
  where k.environment_id = $1 and k.kind = 'capture'
    and k.id >= id_at($2::timestamptz - interval '4 days') and k.id < id_at($3::timestamptz + interval '1 ms')
  union all
  select c.currency, coalesce(r.settles_at, r.created_at), -r.amount
  from simulator_refund as r
  join simulator_charge as c on c.id = r.charge_id and c.bucket = r.bucket and c.environment_id = r.environment_id
  where r.environment_id = $1 and r.id >= id_at($2::timestamptz - interval '4 days') and r.id < id_at($3::timestamptz + interval '1 ms')
    and coalesce(r.becomes, r.status) = 'succeeded'
), settled as (
  select m.currency, m.net, cut.cut_at is not null and cut.cut_at <= day.ends_at as is_cut_off,
    least(cut.cut_at, day.ends_at) as made_at
  from moved as m
  cross join lateral (
    select date_trunc('day', (m.at - interval '1 ms') at time zone 'UTC') at time zone 'UTC' + interval '1 day' as ends_at
  ) as day
  left join lateral (
    select min(cut_at) as cut_at from simulator_cut_off where environment_id = $1 and cut_at >= m.at
  ) as cut on true
)
select currency, made_at, is_cut_off, sum(net) as amount
from settled
where made_at <= $3 and (is_cut_off or made_at <= $5) and (made_at > $2 or made_at = $2 and currency > $4)
group by made_at, currency, is_cut_off
order by made_at, currency
limit $6
