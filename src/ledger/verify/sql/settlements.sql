-- I5, from the side of settlements: a fee is booked once, what is not matched stands in "unmatched", what was paid is at the bank, each in
-- the accounts of its processor, and a settlement says of its lines what they come to.
with entered as (
  select t.source_id as id, t.environment_id, e.currency,
    coalesce(sum(e.amount) filter (where e.system_account like 'fees:%'), 0) as fees,
    coalesce(sum(e.amount) filter (where e.system_account like 'unmatched:%'), 0) as unmatched,
    coalesce(sum(e.amount) filter (where e.system_account like 'bank:%'), 0) as at_bank,
    count(*) filter (where t.kind = 'processor_fee' and e.system_account like 'fees:%') as times,
    min(split_part(e.system_account, ':', 2)) as processor, max(split_part(e.system_account, ':', 2)) as other
  from (
    select * from ledger_transaction
    where kind in ('processor_fee', 'unmatched_line', 'line_matched', 'settlement', 'settlement_failed')
  ) as t
  join ledger_entry as e on e.transaction_id = t.id and e.bucket = t.bucket and e.environment_id = t.environment_id
  group by t.source_id, t.environment_id, e.currency
), said as (
  select 'settlement_line' as kind, id, environment_id, currency, processor,
    case when not matched then 0 when kind = 'fee' then fee - gross else fee end as fees,
    case when matched then 0 else fee - gross end as unmatched, 0 as at_bank
  from settlement_line
  union all
  select 'settlement', id, environment_id, currency, processor, 0, 0, case status when 'paid' then amount else 0 end
  from settlement
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where broken))[1:5] as examples
from (
  select coalesce(s.kind, 'source') as kind, coalesce(s.id, e.id) as id,
    format('entries of %s to fees, %s to unmatched, %s to the bank of %s, where it says %s, %s, %s of %s',
      e.fees, e.unmatched, e.at_bank, e.processor, s.fees, s.unmatched, s.at_bank, s.processor) as fault,
    s.id is null or coalesce(e.fees, 0) <> s.fees or coalesce(e.unmatched, 0) <> s.unmatched or coalesce(e.at_bank, 0) <> s.at_bank
      or coalesce(e.times, 0) <> case s.fees when 0 then 0 else 1 end
      or e.processor <> s.processor or e.other <> s.processor as broken
  from said as s
  full join entered as e on e.id = s.id and e.environment_id = s.environment_id and e.currency = s.currency
  union all
  select 'settlement', coalesce(s.id, l.settlement_id),
    format('%s lines of %s less %s, where it says %s of %s less %s', l.lines, l.gross, l.fee, s.line_count, s.line_gross, s.line_fee),
    s.id is null or s.line_count <> coalesce(l.lines, 0) or s.line_gross <> coalesce(l.gross, 0) or s.line_fee <> coalesce(l.fee, 0)
  from settlement as s
  full join (
    select settlement_id, environment_id, processor, currency, count(*) as lines, sum(gross) as gross, sum(fee) as fee
    from settlement_line group by settlement_id, environment_id, processor, currency
  ) as l on l.settlement_id = s.id and l.environment_id = s.environment_id and l.processor = s.processor and l.currency = s.currency
) as checked
