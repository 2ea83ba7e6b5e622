-- I5, from the side of what was taken back: the ledger takes each reversal out of the clearing account of its payment once, with what is
-- lost in "losses", and one that came back comes into it once. What it took of payments that came of that one, and what of it came back there,
-- went through "transfers". A dispute agrees with its reversal: it is lost while the money is gone and
-- won when it is back, and a warning or one that came to nothing has moved none.
with moved as (
  select t.source_id as id, t.bucket, t.environment_id,
    count(distinct t.id) filter (where t.kind = 'payment_reversal') as taken_times,
    count(distinct t.id) filter (where t.kind = 'dispute_won') as back_times,
    max(t.id::text) filter (where t.kind = 'dispute_won') as back_by,
    -sum(e.amount) filter (where t.kind = 'payment_reversal' and e.system_account like 'clearing:%') as taken,
    sum(e.amount) filter (where t.kind = 'payment_reversal' and e.system_account = 'losses') as lost,
    sum(e.amount) filter (where t.kind = 'payment_reversal' and e.system_account = 'transfers') as through,
    sum(e.amount) filter (where t.kind = 'dispute_won' and e.system_account like 'clearing:%') as back,
    min(e.system_account) filter (where e.system_account like 'clearing:%') as account,
    max(e.system_account) filter (where e.system_account like 'clearing:%') as other_account
  from (select * from ledger_transaction where kind in ('payment_reversal', 'dispute_won')) as t
  join ledger_entry as e on e.transaction_id = t.id and e.bucket = t.bucket and e.environment_id = t.environment_id
  where e.system_account is not null
  group by t.source_id, t.bucket, t.environment_id
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where broken))[1:5] as examples
from (
  select 'reversal' as kind, coalesce(v.id, m.id) as id,
    format('%s, of which %s is lost, but %s was taken from %s, %s of it lost, and %s came back',
      v.amount, v.uncovered_amount, m.taken, m.account, m.lost, m.back) as fault,
    v.id is null or m.id is null or m.taken_times <> 1 or coalesce(m.lost, 0) <> v.uncovered_amount
      or v.reinstatement_id::text is distinct from m.back_by
      or case when v.follows is null
        then m.taken is distinct from v.amount or m.account <> m.other_account
          or m.account <> 'clearing:' || coalesce(p.processor, p.channel) or m.back_times > 1
          or coalesce(m.through, 0) <> v.transferred_amount
          or coalesce(m.back, 0) <> case when v.reinstatement_id is null then 0 else v.amount end
        else m.account is not null or coalesce(m.through, 0) <> v.transferred_amount - v.amount end as broken
  from payment_reversal as v
  join payment as p on p.id = v.payment_id and p.bucket = v.bucket and p.environment_id = v.environment_id
  full join moved as m on m.id = v.id and m.bucket = v.bucket and m.environment_id = v.environment_id
  union all
  select 'dispute', d.id, format('%s, and its money is %s', d.status,
      case when d.reversal_id is null then 'kept' when d.reinstatement_id is null then 'taken' else 'returned' end),
    case d.status
      when 'lost' then d.reversal_id is null or d.reinstatement_id is not null
      when 'won' then (d.reversal_id is null) <> (d.reinstatement_id is null)
      when 'needs_response' then d.reinstatement_id is not null
      when 'under_review' then d.reinstatement_id is not null
      else d.reversal_id is not null end
  from dispute as d
  union all
  select 'dispute', d.id, 'its reversal is another’s, or of another amount',
    v.id is null or v.payment_id <> d.payment_id or v.processor_reference is distinct from d.processor_reference
      or v.amount <> d.amount or v.reinstatement_id is distinct from d.reinstatement_id
  from (select * from dispute where reversal_id is not null) as d
  left join payment_reversal as v on v.id = d.reversal_id and v.bucket = d.bucket and v.environment_id = d.environment_id
  union all
  select 'reversal', v.id, 'it came back, and no dispute of it was won', d.id is null
  from (select * from payment_reversal where reinstatement_id is not null and follows is null) as v
  left join dispute as d on d.reversal_id = v.id and d.bucket = v.bucket and d.environment_id = v.environment_id
) as checked
