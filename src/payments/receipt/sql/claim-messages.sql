-- Claims up to $2 messages that are due at $1, counting a try for each and setting when the next one would be: after 1, 4, 16 … minutes.
update receipt_message as m
set tries = m.tries + 1, next_try_at = due.following_at
from (
  select payment_id, address_hash, bucket,
    $1::timestamptz + least(interval '1 minute' * 4 ^ least(tries, 4), interval '3 hours') as following_at
  from receipt_message
  where next_try_at <= $1 order by next_try_at limit $2
  for no key update skip locked -- on one machine
) as due
where m.payment_id = due.payment_id and m.address_hash = due.address_hash and m.bucket = due.bucket
  -- spread: and m.next_try_at <= $1
returning m.payment_id, m.address_hash, m.bucket, m.address, m.requested_at, m.language
