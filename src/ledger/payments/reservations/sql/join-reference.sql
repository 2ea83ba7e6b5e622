-- Joins those who have reserved a reference for this very request ($5); nothing where it is settled or names the payment of another one.
update payment_reference
set reserved_at = now(), holders = holders + 1
where environment_id = $1 and channel = $2 and reference = $3 and bucket = $4 and fingerprint = $5 and reserved_at is not null
returning payment_id as id, fingerprint, holders
