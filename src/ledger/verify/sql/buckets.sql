-- I14, buckets: the last 16 bits of an id name its shard, so a row with another bucket would be looked for on the wrong
-- machine. Rows that another check matches with one of these by bucket are not repeated here: a balance with its
-- object, a delivery with its event, an attempt with its delivery.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: bucket %s', kind, id, bucket)) filter (where broken))[1:5] as examples
from (
  select kind, id, bucket, get_byte(bytes, 14) * 256 + get_byte(bytes, 15) <> bucket as broken
  from (
    -- `offset 0` keeps each id from being taken apart twice, which is most of the work.
    select *, uuid_send(id) as bytes from (
      select 'customer' as kind, id, bucket from customer
      union all select 'account', id, bucket from account
      union all select 'bill', id, bucket from bill
      union all select 'transaction', id, bucket from ledger_transaction
      union all select 'entry', id, bucket from ledger_entry
      union all select 'payment', id, bucket from payment
      union all select 'obligation', id, bucket from application
      union all select 'idempotency response', id, bucket from idempotency_response
      union all select 'audit entry', id, bucket from audit_entry
      union all select 'audit detail', id, bucket from audit_detail
      union all select 'earlier particulars', id, bucket from earlier_particulars
      union all select 'reversal', id, bucket from payment_reversal
      union all select 'reversal', id, bucket from application_reversal
      union all select 'refund', id, bucket from refund
      union all select 'dispute', id, bucket from dispute
      union all select 'capture', id, bucket from capture
      union all select 'simulator refund', id, bucket from simulator_refund
      union all select 'simulator capture', id, bucket from simulator_capture
      union all select 'simulator charge', id, bucket from simulator_charge
      union all select 'settlement', id, bucket from settlement
      union all select 'settlement_line', id, bucket from settlement_line
      union all select 'checkout', id, bucket from checkout
      union all select 'transfer notice', id, bucket from transfer_notice
      union all select 'event', id, bucket from event
      union all select 'replay', id, bucket from webhook_replay
    ) as owners
    offset 0 -- on one machine
  ) as taken
) as checked
