-- `offset 0` looks each one up by the index, whatever the planner thinks of the table's size. A key without a response is still running. The
-- response of a payment lies beside the payment, where that is not beside the key: where tables are spread over machines each is asked for
-- by itself.
select k.environment_id, k.key, k.fingerprint, a.status, a.body, a.encrypted
from unnest($1::integer[], $2::text[], $3::integer[]) as lost (environment_id, key, bucket)
cross join lateral (
  select environment_id, key, fingerprint, response_id, bucket
  from idempotency_key as kept
  where kept.environment_id = lost.environment_id and kept.key = lost.key and kept.bucket = lost.bucket
  offset 0
) as k
left join lateral (
  select status, body, encrypted
  from idempotency_response as kept
  where kept.id = k.response_id
  offset 0
) as a on true
