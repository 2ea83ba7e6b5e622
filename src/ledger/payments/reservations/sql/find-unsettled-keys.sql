-- Reserved keys for which nobody has come for ten minutes, the oldest first.
select environment_id, key, bucket, response_id as id, holders
from idempotency_key
where reserved_at < now() - interval '10 minutes'
order by reserved_at
limit $1
