insert into api_key (id, environment_id, hash, hint, api_version, created_at, expires_at, kind, scopes)
select $1, e.id, $2, $3, $4, $5, $6, $9, $10::text[]
from environment as e join merchant as m on m.id = e.merchant_id
where m.slug = $7 and e.mode = $8
on conflict (hash) do nothing
returning environment_id
