-- Makes one payment on every account of environment $1, in random order, spread evenly from $2 over $3 (both ms), with the same
-- rows as the server writes and with deliveries that succeeded. The ids inside the texts have the length of real ones. Answers to
-- idempotency keys are made for the last 24 hours before $4 (ms) only.
with made as materialized (
  select r.*, ms, to_timestamp(ms / 1000.0) as instant, 100 + n % 900 as amount,
    'R' || n % 100 || '-' || $2::bigint || '-' || n as reference,
    pg_temp.made_id(ms, bucket) as payment_id, pg_temp.made_id(ms, bucket) as application_id,
    pg_temp.made_id(ms, bucket) as transaction_id, pg_temp.made_id(ms, bucket) as entry_id,
    pg_temp.made_id(ms, bucket) as house_entry_id
  from (
    select *, row_number() over (order by random()) as n, count(*) over () as total
    from receivable where environment_id = $1::integer and kind = 'account'
  ) as r
  cross join lateral (select $2::bigint + $3::bigint * n / total as ms) as timed
), texts as materialized (
  select made.*,
    left(md5(id::text), 22) as shown_id,
    to_char(instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as shown_at,
    format('{"policy": "explicit", "applied": [{"to": "bacc_%s", "rule": "explicit", "amount": %s}], "skipped": [], '
      || '"unapplied_amount": 0}', left(md5(id::text), 22), amount) as explanation
  from made
), payments as (
  insert into payment (id, bucket, environment_id, customer_id, channel, reference, currency, amount, applied_amount,
    unapplied_amount, explanation, metadata, received_at, status, created_at, updated_at)
  select payment_id, bucket, environment_id, customer_id, 'till', reference, 'ZAR', amount, amount, 0,
    explanation::json, '{}', instant, 'succeeded', instant, instant
  from texts order by n
), referenced as (
  insert into payment_reference (environment_id, channel, reference, payment_id, fingerprint, bucket)
  select environment_id, 'till', reference, payment_id, sha256(payment_id::text::bytea),
    pg_temp.bucket_of('till' || chr(10) || reference)
  from made order by n
), applications as (
  insert into application (id, bucket, environment_id, customer_id, payment_id, receivable_id, kind, currency, amount,
    transaction_id, created_at, updated_at)
  select application_id, bucket, environment_id, customer_id, payment_id, id, 'account', 'ZAR', amount, transaction_id,
    instant, instant
  from made order by n
), transactions as (
  insert into ledger_transaction (id, bucket, environment_id, kind, source_id, request_id, actor, effective_at,
    recorded_at)
  select transaction_id, bucket, environment_id, 'payment', payment_id, 'req_' || left(md5(n::text), 22), 'command:bench', instant,
    instant
  from made order by n
), entries as (
  insert into ledger_entry (id, bucket, environment_id, transaction_id, receivable_id, system_account, currency, amount,
    version, balance_after)
  select side.id, bucket, environment_id, transaction_id, receivable_id, system_account, 'ZAR', sign * amount,
    side.version, balance_after
  from made
  cross join lateral (values
    (made.entry_id, made.id, null, -1, made.version + 1, balance - amount),
    (made.house_entry_id, null, 'clearing:till', 1, null, null)
  ) as side (id, receivable_id, system_account, sign, version, balance_after)
  order by n
), moved as (
  update receivable as r set balance = made.balance - made.amount, version = made.version + 1
  from made where made.id = r.id and made.bucket = r.bucket
), events as (
  insert into event (id, bucket, environment_id, type, subject_id, body, created_at, personal)
  select application_id, bucket, environment_id, 'obligation.amount_applied', application_id,
    format('{"id":"evt_%s","type":"obligation.amount_applied","created_at":"%s","mode":"test","api_version":"2026-11-01",'
      || '"data":{"id":"ob_%s","amount":%s,"account_id":"bacc_%s","applied_to":{"type":"account","id":"bacc_%s",'
      || '"customer":"bcus_%s","account":"bacc_%s"},"sequence":%s,"balance_before":%s,"balance_after":%s,"cause":"payment",'
      || '"object_version":1,"currency":"ZAR","payment_id":"pay_%s","created_at":"%s","updated_at":"%s","explanation":%s}}',
      shown_id, shown_at, shown_id, amount, shown_id, shown_id, shown_id, shown_id, version + 1, balance, balance - amount,
      shown_id,
      shown_at, shown_at, left(explanation, -1) || ', "applied_count": 1}'),
    instant, format('{"metadata":{},"applied_to":{"external_reference":"A%s"}}', n)
  from texts order by n
), placed as (
  insert into event_feed (position, event_id, bucket, environment_id)
  select place.position + row_number() over (order by n), application_id, bucket, environment_id
  from made cross join feed_place as place
), moved_on as (
  update feed_place set position = position + (select count(*) from made)
), delivered as (
  insert into webhook_delivery (event_id, endpoint_id, bucket, environment_id, status, attempts, next_attempt_at, settled_at)
  select application_id, w.id, made.bucket, made.environment_id, 'delivered', 1, instant, instant
  from made join webhook_endpoint as w on w.environment_id = made.environment_id order by n
), attempted as (
  insert into webhook_attempt (event_id, endpoint_id, number, bucket, environment_id, started_at, duration_ms, status_code)
  select application_id, w.id, 1, made.bucket, made.environment_id, instant, 5, 204
  from made join webhook_endpoint as w on w.environment_id = made.environment_id order by n
), answered as materialized (
  select *, pg_temp.made_id(ms, answer_bucket) as response_id
  from (select *, pg_temp.bucket_of(payment_id::text) as answer_bucket from texts where ms > $4::bigint - 86400000) as kept
), keyed as (
  insert into idempotency_key (environment_id, key, fingerprint, response_id, bucket)
  select environment_id, payment_id::text, sha256(payment_id::text::bytea), response_id, answer_bucket
  from answered order by n
)
insert into idempotency_response (id, bucket, environment_id, key, status, body, encrypted)
select response_id, answer_bucket, environment_id, payment_id::text, 201,
  format('{"id":"pay_%s","reconciliation_reference":"%s","status":"succeeded","intent":"payment","amount":%s,'
    || '"currency":"ZAR","capture_method":"automatic","paid_amount":%s,"mode":"test","created_at":"%s","updated_at":"%s",'
    || '"customer_id":"bcus_%s","channel":"till","reference":"%s","received_at":"%s","applied_amount":%s,'
    || '"unapplied_amount":0,"reversed_amount":0,"explanation":%s,"obligations":[{"id":"ob_%s","amount":%s,'
    || '"amount_reversed":0,"account_id":"bacc_%s"}]}',
    shown_id, shown_id, amount, amount, shown_at, shown_at, shown_id, reference, shown_at, amount, explanation, shown_id, amount,
    shown_id),
  false
from answered order by n
