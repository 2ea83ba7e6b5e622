-- When the books were last verified, what is new and all of them, and how many violations the last run of each found; the whole run that is
-- under way counts as soon as it has found one.
select p.incremental_at, p.incremental_violations::integer as incremental_violations, p.whole_at,
  greatest(p.whole_violations, p.found_violations)::integer as whole_violations
from verify_place as p
