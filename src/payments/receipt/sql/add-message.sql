-- Asks for receipt $1 to be sent to an address that it was not sent to, or that was given up; nothing where it has been, or is being, or
-- where there are $7 others. It is sent in the language $8. Counted under the lock of the receipt.
with others as (
  select count(*) as count from receipt_message where payment_id = $1 and bucket = $2 and address_hash <> $3
)
insert into receipt_message (payment_id, bucket, address_hash, environment_id, address, next_try_at, sent_at, requested_at, language)
select $1, $2, $3, $4, $5::bytea, case when $5::bytea is not null then $6::timestamptz end,
  case when $5::bytea is null then $6::timestamptz end, $6::timestamptz, $8
from others where count < $7::integer
on conflict (payment_id, address_hash, bucket) do update
  set address = excluded.address, next_try_at = excluded.next_try_at, requested_at = excluded.requested_at,
    language = excluded.language, tries = 0
  where receipt_message.next_try_at is null and receipt_message.sent_at is null
returning 1 as asked
