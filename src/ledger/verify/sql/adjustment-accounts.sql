-- I5, from the side of the system accounts of adjustments: each has entries of its own kind only, and of voided bills.
-- Older entries of several kinds are in "adjustments". Only these entries are matched, which are few beside the payments.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('transaction %s: %s in %s', id, kind, system_account)) filter (where broken))[1:5] as examples
from (
  select t.id, t.kind, e.system_account,
    t.kind <> 'bill_voided' and case e.system_account
      when 'sales' then t.kind <> 'bill_raised'
      when 'opening_balances' then t.kind <> 'opening_balance'
      when 'fees_charged' then t.kind <> 'fee'
      when 'credit_notes' then t.kind <> 'credit_note'
      when 'discounts' then t.kind <> 'discount'
      when 'write_offs' then t.kind <> 'write_off'
      when 'paid_by_hand' then t.kind <> 'amount_paid_set'
      else t.kind not in ('adjustment', 'balance_set', 'opening_balance', 'write_off', 'amount_paid_set') end as broken
  from (
    select transaction_id, system_account from ledger_entry
    where system_account in ('sales', 'opening_balances', 'fees_charged', 'credit_notes', 'discounts', 'write_offs', 'paid_by_hand',
      'adjustments')
  ) as e
  join ledger_transaction as t on t.id = e.transaction_id
) as checked
