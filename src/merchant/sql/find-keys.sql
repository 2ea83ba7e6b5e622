-- Keys of a merchant, of an id, or of a hint; each may be null.
select k.id, k.environment_id, m.slug, e.mode, k.hint, k.kind, k.scopes, k.created_at, k.expires_at, k.last_used_on, k.revoked_at
from api_key as k join environment as e on e.id = k.environment_id join merchant as m on m.id = e.merchant_id
where ($1::text is null or m.slug = $1) and ($2::uuid is null or k.id = $2) and ($3::text is null or k.hint = $3)
order by m.slug, e.mode, k.id
