-- Counts a look-up in environment $1 at $2: from an address ($3, $4; a window that began at $5 or before begins anew) and, where that has
-- tried no more than $6 times, with a reference ($7, $8; $9 is to it what $5 is to the address).
with from_address as (
  insert into guest_attempt as a (environment_id, subject, bucket, began_at, attempts) values ($1, $3, $4, $2, 1)
  on conflict (environment_id, subject, bucket) do update set
    attempts = case when a.began_at <= $5 then 1 else a.attempts + 1 end,
    began_at = case when a.began_at <= $5 then $2 else a.began_at end
  returning attempts
), with_reference as (
  insert into guest_attempt as a (environment_id, subject, bucket, began_at, attempts)
  select $1, $7, $8, $2, 1 from from_address where attempts <= $6
  on conflict (environment_id, subject, bucket) do update set
    attempts = case when a.began_at <= $9 then 1 else a.attempts + 1 end,
    began_at = case when a.began_at <= $9 then $2 else a.began_at end
  returning attempts
)
select (select attempts from from_address) as from_address, (select attempts from with_reference) as with_reference
