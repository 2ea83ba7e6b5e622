-- I10. Seals are numbered without a gap, and each begins where the one before it ends; so whatever is below the last one is sealed. Each
-- says something of every table, of which there are $1.
select
  count(*) as examined,
  count(*) filter (where fault is not null) as violations,
  (array_agg(format('seal %s: %s', number, fault)) filter (where fault is not null))[1:5] as examples
from (
  select s.number,
    case
      when s.number <> row_number() over seals then 'one before it is missing'
      when s.from_id <> lag(s.below, 1, '00000000-0000-0000-0000-000000000000'::uuid) over seals
        then 'it does not begin where the one before it ends'
      when coalesce(p.parts, 0) <> $1 then format('it says something of %s tables of %s', coalesce(p.parts, 0), $1)
    end as fault
  from ledger_seal as s
  left join (select number, count(*) as parts from ledger_seal_part group by number) as p on p.number = s.number
  window seals as (order by s.number)
) as checked
