-- Claims to ask the processor to send a refund at $4, which nobody was allowed to in the 30 seconds before: longer than asking takes.
update refund
set asked_at = $4
where environment_id = $1 and id = $2 and bucket = $3 and status = 'pending' and processor_reference is null
  and (asked_at is null or asked_at <= $4::timestamptz - interval '30 seconds')
