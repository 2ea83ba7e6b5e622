-- Makes accounts $2 to $3 of environment $1, each with a customer of its own and an opening balance of $5. Their times begin at
-- $4 (ms) and are 1 ms apart.
with made as materialized (
  select n, bucket, pg_temp.made_id(ms, bucket) as customer_id, pg_temp.made_id(ms, bucket) as account_id,
    pg_temp.made_id(ms, bucket) as transaction_id, pg_temp.made_id(ms, bucket) as adjustment_id,
    pg_temp.made_id(ms, bucket) as entry_id, pg_temp.made_id(ms, bucket) as house_entry_id, ms, instant
  from generate_series($2::integer, $3::integer) as n
  cross join lateral (select $4::bigint + n as ms, (random() * 65535)::integer as bucket) as drawn
  cross join lateral (select to_timestamp(ms / 1000.0) as instant) as timed
), customers as (
  insert into customer (id, bucket, environment_id, external_reference, name, created_at, updated_at)
  select customer_id, bucket, $1::integer, 'C' || n, 'Customer ' || n, instant, instant from made
), accounts as (
  insert into account (id, bucket, environment_id, customer_id, external_reference, name, currency, created_at, updated_at)
  select account_id, bucket, $1::integer, customer_id, 'A' || n, 'Water', 'ZAR', instant, instant from made
), named as (
  insert into external_reference (environment_id, kind, reference, entity_id, bucket)
  select $1::integer, 'customer', 'C' || n, customer_id, pg_temp.bucket_of('C' || n) from made
  union all
  select $1::integer, 'account', 'A' || n, account_id, pg_temp.bucket_of('A' || n) from made
), receivables as (
  insert into receivable (id, bucket, environment_id, kind, customer_id, account_id, currency, balance, version,
    external_reference)
  select account_id, bucket, $1::integer, 'account', customer_id, account_id, 'ZAR', $5::bigint, 1, 'A' || n from made
), transactions as (
  insert into ledger_transaction (id, bucket, environment_id, kind, source_id, actor, effective_at, recorded_at)
  select transaction_id, bucket, $1::integer, 'opening_balance', adjustment_id, 'command:bench', instant, instant from made
), untold as (
  -- No event tells of these.
  update retention set all_told_since = greatest(all_told_since, now())
)
insert into ledger_entry (id, bucket, environment_id, transaction_id, receivable_id, system_account, currency, amount, version,
  balance_after)
select entry_id, bucket, $1::integer, transaction_id, account_id, null, 'ZAR', $5::bigint, 1::bigint, $5::bigint from made
union all
select house_entry_id, bucket, $1::integer, transaction_id, null, 'adjustments', 'ZAR', -$5::bigint, null, null from made
