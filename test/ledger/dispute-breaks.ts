import { type Break, first } from './breaks.ts'

const lost = "where status = 'lost'"
const won = "where status = 'won'"
const taken = 'where processor_reference is not null'

/** Changes by hand of disputes, and of what processors took back and brought again. */
export const disputeBreaks: Break[] = [
  [
    'a reversal by a processor of another amount',
    'I5',
    'payment_reversal',
    `update payment_reversal set amount = amount + 1 ${taken}`,
  ],
  [
    'a loss that is said to be smaller',
    'I5',
    'payment_reversal',
    'update payment_reversal set uncovered_amount = uncovered_amount - 1 where uncovered_amount > 0',
  ],
  [
    'a loss that is said to be covered',
    'I5',
    'payment_reversal',
    'update payment_reversal set covered_amount = 1 where uncovered_amount > 0',
  ],
  [
    'a loss in another account',
    'I5',
    'ledger_entry',
    "update ledger_entry set system_account = 'sales' where system_account = 'losses'",
  ],
  [
    'money that a processor took out of the clearing account of another',
    'I5',
    'ledger_entry',
    `update ledger_entry set system_account = 'clearing:till' where system_account = 'clearing:simulator'
      and transaction_id in (select id from ledger_transaction where kind = 'payment_reversal')`,
  ],
  [
    'money that came back by another transaction',
    'I5',
    'payment_reversal',
    'update payment_reversal set reinstatement_id = gen_random_uuid() where reinstatement_id is not null',
  ],
  [
    'money that came back and is said to be gone',
    'I5',
    'dispute',
    `update dispute set status = 'lost', reinstatement_id = null, reinstated_at = null ${won}`,
  ],
  ['a dispute that is said to be won', 'I5', 'dispute', `update dispute set status = 'won' ${lost}`],
  ['a dispute that is said to have come to nothing', 'I5', 'dispute', `update dispute set status = 'closed' ${lost}`],
  [
    'a dispute that is said to have moved nothing',
    'I5',
    'dispute',
    "update dispute set status = 'warning' where status = 'needs_response'",
  ],
  [
    'a dispute whose reversal is another’s',
    'I5',
    'dispute',
    `update dispute set reversal_id = ${first('payment_reversal', 'processor_reference is null')} ${lost}`,
  ],
  ['a dispute that is not there any more', 'I5 I6', 'dispute', `delete from dispute ${won}`],
  [
    'a dispute of another customer',
    'I14',
    'dispute',
    `update dispute set customer_id = ${first('customer', "external_reference = 'someone'")} ${lost}`,
  ],
  [
    'a recorded payment that a processor is said to have taken back',
    'I14',
    'payment_reversal',
    "update payment_reversal set processor_reference = 'x' where processor_reference is null and follows is null",
  ],
  ['a dispute that is not told', 'I6', 'event', "update event set type = 'bill.paid' where type = 'dispute.created'"],
  [
    'the end of a dispute that is not told',
    'I6',
    'event',
    "update event set type = 'bill.paid' where type = 'dispute.closed'",
  ],
  ['a change of a dispute that is not told', 'I6', 'dispute', `update dispute set version = version + 1 ${lost}`],
]
