-- How far the seals go, and up to where may be sealed now. Below $1 nothing is
-- written any more by a transaction that has not begun to write yet. So that may be sealed at once when none is under way. Else it is
-- noted, and sealed when all those have ended that were under way. A place that was noted in another cluster, before a restore, says nothing
-- of what is under way in this one. An event without a position in the feed keeps what is behind it from being sealed.
with sealed as (
  select number, below from ledger_seal
  union all values (0, '00000000-0000-0000-0000-000000000000'::uuid)
  order by number desc
  limit 1
), place as (
  select p.*, pg_snapshot_xmin(now) as oldest, pg_snapshot_xmax(now) as next
  from verify_place as p cross join pg_current_snapshot() as now
)
select s.number, s.below, p.next::text as next_transaction,
  p.sealable_after <= p.oldest or p.sealable_after > p.next as may_note,
  least(
    case when p.oldest = p.next then $1::uuid when p.sealable_after <= p.oldest then p.sealable_below else s.below end,
    (select event_id from unsequenced_event order by event_id limit 1)
  ) as sealable_below
from sealed as s cross join place as p
