-- Of the rows of whole-statement.sql, which stand before this as `statement`, those of a page: $9 movements behind the first $8, each with
-- the balance of all together after it, its place among all and in its currency, and the sums of that; and the row of each currency without any.
select s.*, a.name as account_name from (
  select statement.currency, opening, current, days_1_30, days_31_60, days_61_90, over_90, id, owner_id, owner_kind, external_reference,
    kind, amount, effective_at, label, reference,
    opening + sum(amount) over (partition by statement.currency order by effective_at, id) as balance,
    coalesce(sum(amount) filter (where amount > 0) over (partition by statement.currency), 0) as added,
    coalesce(-sum(amount) filter (where amount < 0) over (partition by statement.currency), 0) as taken_off,
    count(id) over (order by statement.currency, effective_at, id) as place,
    count(id) over (partition by statement.currency order by effective_at, id) as number,
    count(id) over () as count
  from statement
) as s
left join account as a on s.owner_kind = 'account' and a.id = s.owner_id and a.bucket = $3 and a.environment_id = $1
where s.id is null or (s.place > $8::bigint and s.place <= $8::bigint + $9::bigint)
order by s.currency, s.effective_at, s.id
