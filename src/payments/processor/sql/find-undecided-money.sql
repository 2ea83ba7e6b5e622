-- One row where money through a processor is undecided at $3: a payment that is unfinished, one that was cancelled and whose charge is
-- still to be closed or watched, one that is authorised and not captured or let go of yet, or a refund that is pending, which is always due at some time.
select
where exists (
    select 1 from payment
    where environment_id = $1 and processor = $2 and status in ('initiating', 'pending_action', 'processing'))
  or exists (
    select 1 from payment
    where environment_id = $1 and processor = $2 and status = 'cancelled' and id >= id_at($3::timestamptz - interval '2 days')
      and next_check_at is not null and processor_reference is not null)
  or exists (select 1 from open_authorisation where environment_id = $1 and processor = $2)
  or exists (
    select 1 from refund
    where environment_id = $1 and processor = $2 and status = 'pending' and next_check_at is not null)
