-- Reserves the reference of a payment, or joins those who have, as reserve-key.sql does.
insert into payment_reference as kept (environment_id, channel, reference, bucket, payment_id, fingerprint, reserved_at, holders)
values ($1, $2, $3, $4, $5, $6, now(), 1)
on conflict (environment_id, channel, reference, bucket) do update
set reserved_at = case
    when kept.reserved_at is not null and kept.fingerprint = excluded.fingerprint then excluded.reserved_at else kept.reserved_at end,
  holders = case when kept.fingerprint = excluded.fingerprint then kept.holders + 1 else kept.holders end
returning payment_id as id, fingerprint, holders
