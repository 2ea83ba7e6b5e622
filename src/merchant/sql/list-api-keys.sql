-- The keys of an environment, newest first.
select id, kind, scopes, hint, created_at, expires_at, last_used_on::text, revoked_at
from api_key
where environment_id = $1 and id < $2
order by id desc
limit $3
