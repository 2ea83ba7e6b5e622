-- Up to $2 seals behind the number $1, with what each says of its tables.
select s.number, s.from_id, s.below, s.mac,
  coalesce(array_agg(p.sealed_table) filter (where p.number is not null), '{}') as tables,
  coalesce(array_agg(p.row_count::text) filter (where p.number is not null), '{}') as row_counts,
  coalesce(array_agg(p.digest) filter (where p.number is not null), '{}') as digests,
  coalesce(array_agg(sha256(p.prints)) filter (where p.number is not null), '{}') as prints_digests
from (select * from ledger_seal where number > $1 order by number limit $2) as s
left join ledger_seal_part as p on p.number = s.number
group by s.number, s.from_id, s.below, s.mac
order by s.number
