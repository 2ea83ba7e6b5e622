-- One row where payments or refunds through a processor are undecided. A refund that is pending is always due at some time.
select
where exists (
    select from payment
    where environment_id = $1 and processor = $2 and status in ('initiating', 'pending_action', 'processing'))
  or exists (
    select from refund
    where environment_id = $1 and processor = $2 and status = 'pending' and next_check_at is not null)
