-- Pauses an endpoint that is enabled ($1, at $2, for the reason $3). Its time grows by a millisecond at least, since it is the
-- version that its ETag names. What was being woken waits on.
update webhook_endpoint as endpoint
set disabled_at = $2, disabled_reason = $3, waking_since = null,
  -- In UTC, where no clock is put forward: a table of every machine takes no other sum.
  updated_at = greatest($2, (endpoint.updated_at at time zone 'UTC' + interval '1 millisecond') at time zone 'UTC')
from environment
where endpoint.id = $1 and endpoint.disabled_at is null and endpoint.deleted_at is null
  and environment.id = endpoint.environment_id
returning endpoint.environment_id, environment.mode, endpoint.failing_since, endpoint.created_at, endpoint.updated_at
