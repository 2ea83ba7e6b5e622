import type { Break } from './breaks.ts'

/** Changes by hand of what reports sum, and of what was closed. */
export const reportBreaks: Break[] = [
  [
    'a total of reports of another amount',
    'I5',
    'ledger_total',
    'update ledger_total set amount = amount + 1',
    'totals to',
  ],
  [
    'a total of reports of more entries',
    'I5',
    'ledger_total',
    'update ledger_total set entries = entries + 1',
    'totals to',
  ],
  ['totals of reports that are not there', 'I5', 'ledger_total', 'delete from ledger_total', 'totals to  of'],
  [
    'a total of reports in another bucket',
    'I5',
    'ledger_total',
    'update ledger_total set bucket = bucket + 1',
    'totals to',
  ],
  [
    'a total of reports at another time',
    'I5',
    'ledger_total',
    "update ledger_total set effective_quarter = effective_quarter - interval '15 minutes' where account = 'opening_balances'",
    'totals to',
  ],
  [
    'what counts in closed books',
    'I5',
    'ledger_transaction',
    "update ledger_transaction set effective_at = '2025-12-31T23:59:59Z' where kind = 'balance_set'",
    'the books were open from 2026-01-01',
  ],
  [
    'settings that say of another day that it is closed',
    'I5',
    'books_closing',
    "update books_closing set closed_until = '2025-12-30'",
    'environment ',
  ],
]
