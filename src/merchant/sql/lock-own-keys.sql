-- Some keys of an environment, locked in one order, so that two that are rolled by each other cannot wait for each other.
select k.id, k.environment_id, m.slug, e.mode, k.hint, k.kind, k.scopes, k.created_at, k.expires_at, k.last_used_on::text, k.revoked_at
from api_key as k join environment as e on e.id = k.environment_id join merchant as m on m.id = e.merchant_id
where k.environment_id = $1 and k.id = any ($2::uuid[])
order by k.id
for no key update of k
