-- Pushes that were created and not sent, and whose time is not over.
-- The names are written out: of a row that is turned into JSON whole, those are lost where tables are spread over machines.
select c.*, jsonb_build_object('id', v.id, 'mode', v.mode, 'merchant_name', v.merchant_name, 'merchant_slug', v.merchant_slug,
  'time_zone', v.time_zone, 'payment_rules', v.payment_rules, 'credit', v.credit) as environment
from checkout as c
cross join lateral (
  select e.id, e.mode, coalesce(e.display_name, m.name) as merchant_name, m.slug as merchant_slug, e.time_zone, e.payment_rules,
    e.credit
  from environment as e join merchant as m on m.id = e.merchant_id
  where e.id = c.environment_id
) as v
where c.status = 'active' and (c.expires_at is null or c.expires_at > $1) and c.type = 'push' and c.attempt_id is null
order by c.expires_at
limit 20
