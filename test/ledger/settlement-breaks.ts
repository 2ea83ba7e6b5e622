import type { Break } from './breaks.ts'

const aFee = "(select id from ledger_transaction where kind = 'processor_fee' order by id limit 1)"
// Another id in the same bucket.
const otherId = (id: string) =>
  `overlay(${id}::text placing translate(substr(${id}::text, 20, 1), '0123456789abcdef', '123456789abcdef0') from 20 for 1)::uuid`

/** Changes by hand of settlements, their lines and what was booked of them. */
export const settlementBreaks: Break[] = [
  [
    'a fee of another amount',
    'I5',
    'ledger_entry',
    `update ledger_entry set amount = amount + sign(amount)::bigint where transaction_id = ${aFee}`,
    'sln_',
  ],
  [
    'a fee that is booked twice',
    'I5',
    'ledger_transaction ledger_entry',
    `with again as (
      insert into ledger_transaction (id, bucket, environment_id, kind, source_id, request_id, actor, effective_at, recorded_at)
      select ${otherId('id')}, bucket, environment_id, kind, source_id, request_id, actor, effective_at, recorded_at
      from ledger_transaction where id = ${aFee}
      returning id
    )
    insert into ledger_entry (id, bucket, environment_id, transaction_id, system_account, currency, amount)
    select ${otherId('e.id')}, e.bucket, e.environment_id, again.id, e.system_account, e.currency, e.amount
    from ledger_entry as e cross join again where e.transaction_id = ${aFee}`,
  ],
  [
    'a fee in the account of another processor',
    'I5',
    'ledger_entry',
    "update ledger_entry set system_account = 'fees:stripe' where system_account = 'fees:simulator'",
    'to fees',
  ],
  [
    'a line that is said to be ours',
    'I5',
    'settlement_line',
    'update settlement_line set matched = true, matched_at = now() where not matched',
  ],
  [
    'a line that is said not to be ours',
    'I5',
    'settlement_line',
    "update settlement_line set matched = false, matched_at = null where kind = 'charge' and payment_id is not null",
  ],
  [
    'a line of another amount',
    'I5',
    'settlement_line',
    "update settlement_line set gross = gross + 1 where kind = 'charge'",
  ],
  ['a line that is lost', 'I5', 'settlement_line', "delete from settlement_line where kind = 'refund'", 'lines of'],
  [
    'a line of a payment that there is not',
    'I14',
    'settlement_line',
    'update settlement_line set payment_id = gen_random_uuid() where payment_id is not null',
  ],
  ['a settlement of another amount', 'I5', 'settlement', 'update settlement set amount = amount + 1'],
  ['a settlement that was paid and is said not to be', 'I5', 'settlement', "update settlement set status = 'pending'"],
  [
    'a settlement that says another sum of its lines',
    'I5',
    'settlement',
    'update settlement set line_fee = line_fee + 1',
    'lines of',
  ],
  [
    'a settlement that is not told',
    'I6',
    'event',
    "update event set type = 'bill.paid' where type = 'settlement.created'",
  ],
  [
    'what was paid to the bank in another account',
    'I5',
    'ledger_entry',
    "update ledger_entry set system_account = 'sales' where system_account = 'bank:simulator'",
  ],
  ['a total of another amount', 'I5', 'clearing_total', 'update clearing_total set amount = amount + 1', 'totals to'],
  ['a total that goes further than it does', 'I5', 'clearing_total', 'delete from clearing_total', 'totals to 0'],
]
