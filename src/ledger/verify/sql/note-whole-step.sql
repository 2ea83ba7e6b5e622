-- Notes a step of the whole run that began at $1, which found $2: that the check $3 and the seal $4 are next, at $5, or that the run has ended.
update verify_place
set whole_began_at = case when $6 then null else $1::timestamptz end,
  next_check = $3, next_seal = $4, next_step_at = $5,
  found_violations = case when $6 then 0 else found_violations + $2 end,
  whole_at = case when $6 then $1 else whole_at end,
  whole_violations = case when $6 then found_violations + $2 else whole_violations end
