-- I5, from the side of the system accounts: clearing accounts hold what arrived and was neither reversed nor paid out
-- by a refund, less what was taken beyond what was left, which "losses" holds, less fees and settlements and with what is not ours
-- of them, "fees" what processors kept, "bank" what they settled, "unmatched" the other side of what is not ours, "refunds" holds, as a debt, what is on its way to payers, "unapplied"
-- holds, as a debt, what is unapplied of payments, "direct_receipts" what is direct, and "suspense" what is unidentified. "transfers", which money
-- goes through from one payment to another, holds nothing. These accounts store no balance, so only the sums can be compared.
with arrived as (
  select
    environment_id, currency, coalesce(processor, channel) as place,
    sum(unapplied_amount) as unapplied, sum(direct_amount) as direct, sum(suspense_amount) as suspense,
    -- What came of another payment was received by that one.
    sum(coalesce(captured_amount, amount) - reversed_amount) filter (where status = 'succeeded' and transferred_from is null) as held
  from payment
  group by environment_id, currency, coalesce(processor, channel)
), lost as (
  select p.environment_id, p.currency, coalesce(p.processor, p.channel) as place, sum(v.uncovered_amount - v.covered_amount) as lost
  from (select * from payment_reversal where uncovered_amount > covered_amount and reinstatement_id is null) as v
  join payment as p on p.id = v.payment_id and p.bucket = v.bucket and p.environment_id = v.environment_id
  group by p.environment_id, p.currency, coalesce(p.processor, p.channel)
), refunded as (
  select
    environment_id, currency, coalesce(processor, channel) as place,
    coalesce(sum(amount) filter (where status = 'succeeded'), 0) as paid_out, coalesce(sum(amount) filter (where status = 'pending'), 0) as on_its_way
  from refund
  group by environment_id, currency, coalesce(processor, channel)
), read as (
  select environment_id, currency, processor as place,
    coalesce(sum(case kind when 'fee' then fee - gross else fee end) filter (where matched), 0) as fees,
    coalesce(sum(gross - fee) filter (where not matched), 0) as unmatched
  from settlement_line
  group by environment_id, currency, processor
), settled as (
  select environment_id, currency, processor as place, sum(amount) as paid from settlement where status = 'paid'
  group by environment_id, currency, processor
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('environment %s, %s %s: entries sum to %s, payments to %s',
    environment_id, system_account, currency, entered, expected)) filter (where broken))[1:5] as examples
from (
  select
    environment_id, system_account, currency,
    sum(entered) as entered, sum(expected) as expected, sum(entered) <> sum(expected) as broken
  from (
    select environment_id, system_account, currency, sum(amount) as entered, 0 as expected
    from ledger_entry
    where system_account is not null
    group by environment_id, system_account, currency
    union all
    select environment_id, 'unapplied', currency, 0, -unapplied from arrived
    union all
    select environment_id, 'direct_receipts', currency, 0, -direct from arrived
    union all
    select environment_id, 'suspense', currency, 0, -suspense from arrived
    union all
    select environment_id, 'clearing:' || place, currency, 0, held from arrived where held is not null
    union all
    select environment_id, 'clearing:' || place, currency, 0, -paid_out from refunded
    union all
    select environment_id, 'refunds', currency, 0, -on_its_way from refunded
    union all
    select environment_id, 'clearing:' || place, currency, 0, unmatched - fees from read
    union all
    select environment_id, 'fees:' || place, currency, 0, fees from read
    union all
    select environment_id, 'unmatched:' || place, currency, 0, -unmatched from read
    union all
    select environment_id, 'clearing:' || place, currency, 0, -paid from settled
    union all
    select environment_id, 'bank:' || place, currency, 0, paid from settled
    union all
    select environment_id, 'losses', currency, 0, lost from lost
    union all
    select environment_id, 'clearing:' || place, currency, 0, -lost from lost
  ) as sides
  where system_account in ('unapplied', 'direct_receipts', 'suspense', 'transfers', 'refunds', 'losses') or system_account ~ '^(clearing|fees|bank|unmatched):'
  group by environment_id, system_account, currency
) as checked
