-- What was taken back of payment $2 beyond what was left of it, and has not been covered or come back.
select coalesce(sum(uncovered_amount - covered_amount), 0) as amount from payment_reversal
where environment_id = $1 and payment_id = $2 and bucket = $3 and reinstatement_id is null
