-- Where a seal ends that begins at $1 and goes no further than $2: behind $3 transactions, events or audit entries, and with the month of its
-- first event, since events are dropped by months.
select least(
  $2::uuid,
  (select id_at((date_trunc('month', created_at at time zone 'UTC') + interval '1 month') at time zone 'UTC')
    from event where id >= $1::uuid order by id limit 1),
  (select id from ledger_transaction where id >= $1::uuid order by id offset $3 limit 1),
  (select id from event where id >= $1::uuid order by id offset $3 limit 1),
  (select id from audit_entry where id >= $1::uuid order by id offset $3 limit 1)
) as below
