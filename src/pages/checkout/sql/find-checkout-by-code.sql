-- The request or session of a code ($1, and the bucket of it, $2), with the environment that it belongs to and who it is for. A link
-- names no environment. Where tables are spread over machines it is of an id and its bucket, which find-code.sql has found.
select to_jsonb(v) as environment, v.face, v.logo, v.locale, v.languages, v.tracked_parameters, p.name as customer_name,
  p.locale as customer_locale, c.*
from checkout_code as o -- on one machine
join checkout as c on c.id = o.checkout_id and c.environment_id = o.environment_id -- on one machine
-- spread: from checkout as c
cross join lateral (
  select e.id, e.mode, coalesce(e.display_name, m.name) as merchant_name, m.slug as merchant_slug, e.time_zone,
    e.payment_rules, e.credit, e.face, e.locale, e.languages, e.tracked_parameters,
    (select jsonb_build_object('sha256', encode(l.sha256, 'hex'), 'width', l.width, 'height', l.height)
      from logo as l where l.environment_id = e.id) as logo
  from environment as e join merchant as m on m.id = e.merchant_id
  where e.id = c.environment_id
) as v
left join customer as p on p.id = c.customer_id and p.bucket = c.bucket and p.environment_id = c.environment_id
where o.code_hash = $1 and o.bucket = $2 -- on one machine
-- spread: where c.id = $1 and c.bucket = $2
