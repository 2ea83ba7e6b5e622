-- Reserved references for which nobody has come for ten minutes, the oldest first.
select environment_id, channel, reference, bucket, payment_id as id, holders
from payment_reference
where reserved_at < now() - interval '10 minutes'
order by reserved_at
limit $1
