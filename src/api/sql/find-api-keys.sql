select e.id, e.mode, e.time_zone, e.payment_rules, e.credit, coalesce(e.display_name, m.name) as merchant_name, m.slug as merchant_slug,
  k.hash, k.id as key_id, k.kind, k.scopes, k.expires_at, k.revoked_at
from api_key as k join environment as e on e.id = k.environment_id join merchant as m on m.id = e.merchant_id
where k.hash = any ($1)
