-- Reserves an idempotency key, or joins those who have. The unique key decides who was first: whoever comes later with the same request
-- gets the id that the first has chosen. What is settled, or is of another request, stays as it is and is only read.
insert into idempotency_key as kept (environment_id, key, bucket, response_id, fingerprint, reserved_at, holders)
values ($1, $2, $3, $4, $5, now(), 1)
on conflict (environment_id, key, bucket) do update
set reserved_at = case
    when kept.reserved_at is not null and kept.fingerprint = excluded.fingerprint then excluded.reserved_at else kept.reserved_at end,
  holders = case when kept.fingerprint = excluded.fingerprint then kept.holders + 1 else kept.holders end
returning response_id as id, fingerprint, holders
