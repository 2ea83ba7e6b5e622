-- What the settlement of the currency $3 that was made at $2 consists of, behind the movement $4 (list-simulator-settlements.sql).
with moved as (
  select id, id as charge_id, 'charge' as kind, currency, settles_at as at, amount as gross, (amount * 29 + 500) / 1000 as fee
  from simulator_charge
  where environment_id = $1 and id >= id_at($2::timestamptz - interval '4 days') and id < id_at($2::timestamptz + interval '1 ms')
    and case status when 'pending' then becomes else status end = 'succeeded' and capture_method is null
  union all
  select k.id, c.id, 'charge', c.currency, k.created_at, k.amount, (k.amount * 29 + 500) / 1000
  from simulator_capture as k
  join simulator_charge as c on c.id = k.charge_id and c.bucket = k.bucket and c.environment_id = k.environment_id
  where k.environment_id = $1 and k.kind = 'capture'
    and k.id >= id_at($2::timestamptz - interval '4 days') and k.id < id_at($2::timestamptz + interval '1 ms')
  union all
  select r.id, c.id, 'refund', c.currency, coalesce(r.settles_at, r.created_at), -r.amount, 0
  from simulator_refund as r
  join simulator_charge as c on c.id = r.charge_id and c.bucket = r.bucket and c.environment_id = r.environment_id
  where r.environment_id = $1 and r.id >= id_at($2::timestamptz - interval '4 days') and r.id < id_at($2::timestamptz + interval '1 ms')
    and coalesce(r.becomes, r.status) = 'succeeded'
)
select m.id, m.charge_id, m.kind, m.gross, m.fee, m.at as occurred_at
from moved as m
where m.id > $4::uuid and m.currency = $3
  and least(
    date_trunc('day', (m.at - interval '1 ms') at time zone 'UTC') at time zone 'UTC' + interval '1 day',
    (select min(cut_at) from simulator_cut_off where environment_id = $1 and cut_at >= m.at)
  ) = $2
order by m.id
limit $5
