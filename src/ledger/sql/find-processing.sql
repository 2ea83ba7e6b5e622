-- Finds a payment that is processing, for the objects of cancel-attempts.sql.
select 1 from payment as p
where environment_id = $1 and customer_id = $2 and bucket = $3 and status = 'processing'
  and ($4::uuid is null or exists (
    select 1 from receivable as r
    where r.id = any (coalesce(p.chosen_ids, array[p.target_id])) and r.bucket = p.bucket
      and (r.id = $4 or r.account_id = $4)))
limit 1
