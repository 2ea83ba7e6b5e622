-- How far the whole run in the background is, and how many seals there are.
select whole_began_at, next_check, next_seal, next_step_at, whole_at, (select coalesce(max(number), 0) from ledger_seal) as seals
from verify_place
