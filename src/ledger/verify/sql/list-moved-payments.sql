-- The payments that were made since the id $1, or that anything new is about, and those that their money came of.
with moved as materialized (
  select p.environment_id, p.id, p.transferred_from
  from (
    select n.environment_id, n.id from environment as e
      cross join lateral (select environment_id, id from payment where environment_id = e.id and id >= $1::uuid) as n
    union select n.environment_id, n.payment_id from environment as e
      cross join lateral (select environment_id, payment_id from application where environment_id = e.id and id >= $1::uuid) as n
    union select environment_id, source_id from ledger_transaction where id >= $1::uuid
    union select environment_id, payment_id from payment_reversal where id >= $1::uuid
    union select a.environment_id, a.payment_id from (select * from application_reversal where id >= $1::uuid) as v
      join application as a on a.environment_id = v.environment_id and a.id = v.application_id
    union select r.environment_id, r.payment_id from (select * from ledger_transaction where id >= $1::uuid and kind like 'refund%') as t
      join refund as r on r.environment_id = t.environment_id and r.id = t.source_id
    union select v.environment_id, v.payment_id from (select * from ledger_transaction where id >= $1::uuid and kind = 'dispute_won') as t
      join payment_reversal as v on v.id = t.source_id and v.bucket = t.bucket
    union select environment_id, subject_id from event where id >= $1::uuid and type like 'payment.%'
  ) as m
  join payment as p on p.environment_id = m.environment_id and p.id = m.id
)
select environment_id, id from moved
union
select environment_id, transferred_from from moved where transferred_from is not null
