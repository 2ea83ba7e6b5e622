-- Covers up to $4 of what is still lost of payment $2, the newest reversal first and $5 left out. Returns how much it covered.
with lost as (
  select id, amount, sum(amount) over (order by id desc) - amount as before
  from (
    select id, uncovered_amount - covered_amount as amount
    from payment_reversal
    where environment_id = $1 and payment_id = $2 and bucket = $3 and reinstatement_id is null and id is distinct from $5
  ) as open
  where amount > 0
), covered as (
  update payment_reversal as v
  set covered_amount = v.covered_amount + least(lost.amount, $4 - lost.before)
  from lost
  where v.id = lost.id and v.bucket = $3 and v.environment_id = $1 and lost.before < $4
  returning least(lost.amount, $4 - lost.before) as amount
)
select coalesce(sum(amount), 0) as amount from covered
