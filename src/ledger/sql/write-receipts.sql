-- What the receipts of payments say, as everything is called now. $1 to $4: the payments, with what stayed unapplied of each. $5 to $9:
-- their lines, in order. A receipt that is there already stays as it is.
with shown as (
  select p.id, p.bucket, p.environment_id,
    -- spread: w.payment_id is not null as is_written,
    json_build_object(
      'merchant', json_build_object('name', coalesce(v.display_name, m.name), 'legal_name', v.face->>'legal_name',
        'phone', v.face->>'phone', 'email', v.face->>'email', 'website', v.face->>'website'),
      'mode', v.mode, 'time_zone', v.time_zone, 'received_at', p.received_at, 'channel', p.channel, 'currency', p.currency,
      'amount', coalesce(p.captured_amount, p.amount), 'unapplied_amount', s.unapplied_amount,
      'direct_amount', case when p.customer_id is null then coalesce(p.captured_amount, p.amount) else 0 end,
      'lines', coalesce(lines.facts, '[]')) as facts,
    case when c.pseudonymised_at is null then json_build_object(
      'customer_name', c.name, 'method', p.method_details, 'reference', p.reference,
      'asked_reference', k.external_reference, 'asked_description', k.description,
      'lines', coalesce(lines.personal, '[]')) end as personal
  from unnest($1::uuid[], $2::integer[], $3::integer[], $4::bigint[]) as s (id, bucket, environment_id, unapplied_amount)
  join payment as p on p.environment_id = s.environment_id and p.id = s.id and p.bucket = s.bucket
  -- spread: and p.bucket = any ($2::integer[])
  join environment as v on v.id = p.environment_id
  join merchant as m on m.id = v.merchant_id
  left join customer as c on c.id = p.customer_id and c.bucket = p.bucket
  -- spread: and c.bucket = any ($2::integer[])
  left join checkout as k on k.environment_id = p.environment_id and k.id = p.checkout_id and k.bucket = p.bucket
  -- spread: and k.bucket = any ($2::integer[])
  -- The payment is locked or new, so nobody writes its receipt meanwhile.
  -- spread: left join receipt as w on w.payment_id = p.id and w.bucket = p.bucket and w.bucket = any ($2::integer[])
  left join lateral (
    select
      json_agg(json_build_object('receivable_id', r.id, 'kind', r.kind, 'voided', coalesce(r.status = 'voided', false),
        'chosen', l.chosen, 'amount', l.amount, 'balance_after', l.balance_after) order by l.place) as facts,
      json_agg(json_build_object('external_reference', r.external_reference, 'account_name', a.name,
        'description', b.description) order by l.place) as personal
    from unnest($5::uuid[], $6::uuid[], $7::bigint[], $8::bigint[], $9::bigint[]) with ordinality
      as l (payment_id, receivable_id, chosen, amount, balance_after, place)
    join receivable as r on r.id = l.receivable_id and r.bucket = p.bucket and r.environment_id = p.environment_id
    -- spread: and r.bucket = any ($2::integer[])
    left join account as a on a.id = r.account_id and a.bucket = r.bucket
    -- spread: and a.bucket = any ($2::integer[])
    left join bill as b on r.kind = 'bill' and b.id = r.id and b.bucket = r.bucket
    -- spread: and b.bucket = any ($2::integer[])
    where l.payment_id = p.id
  ) as lines on true
), written as (
  insert into receipt (payment_id, bucket, environment_id, facts, personal, created_at)
  select id, bucket, environment_id, facts, personal, $10::timestamptz from shown
  on conflict (payment_id, bucket) do nothing -- on one machine
  -- spread: where not is_written
)
select assert_rows((select count(*) from shown), $11::integer, 'every payment has its receipt')
