import { type Break, first } from './breaks.ts'

const setOff = "(select id from ledger_transaction where kind = 'credit')"

/** Changes by hand of credit that was set off. */
export const creditBreaks: Break[] = [
  [
    'an adjustment that is called a set-off',
    'I5 I6',
    'ledger_transaction',
    `update ledger_transaction set kind = 'credit' where id = ${first('ledger_transaction', "kind = 'balance_set'")}`,
    'set-off',
  ],
  [
    'a set-off between two customers',
    'I5 I14',
    'receivable',
    `update receivable set customer_id = ${first('customer')} where id in (
      select receivable_id from ledger_entry where transaction_id = ${setOff} and amount < 0)`,
    'set-off',
  ],
  [
    'a set-off of more than there was in credit',
    'I4 I5',
    'ledger_entry',
    `update ledger_entry set balance_after = balance_after + 100 where transaction_id = ${setOff} and amount > 0`,
    'set-off',
  ],
  [
    'a set-off that is told on one side only',
    'I6 I7 I14',
    'event',
    `delete from event where id = ${setOff}`,
    'it has no event',
  ],
]
