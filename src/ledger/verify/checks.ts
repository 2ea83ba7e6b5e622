import { keptCurrencyCodes } from '../../core/currency.ts'
import { maxAmount, maxBalance } from '../../core/money.ts'
import { loadSql } from '../../database/sql.ts'
import type { Check } from './check.ts'
import { compareSeals, sealedTables } from './seals/sealed-tables.ts'

type Options = Pick<Check, 'values' | 'merges'>

function check(invariant: Check['invariant'], file: string, sentence: string, options: Options = {}): Check {
  return { invariant, sentence, file: `sql/${file}`, text: loadSql(import.meta.url, `./sql/${file}`).text, ...options }
}

const merges = true

/** Compares the seals of a range of numbers with the rows that they are of. */
export function sealsCheck(from: bigint, to: bigint): Check {
  return {
    invariant: 'I10',
    sentence: 'What was sealed is as it was then.',
    file: 'seals/sealed-tables.ts',
    text: compareSeals,
    values: [from, to],
    by_keys: true,
  }
}

const maxNumber = 2n ** 63n - 1n

/**
 * What the rows of a database can prove, in the order in which it is shown. The other invariants are not about its
 * rows: whether an acknowledged payment is there (I1), which response a key gets (I8), and what responses and logs show
 * (I9, I13).
 */
export const checks: readonly Check[] = [
  check('I2', 'transactions.sql', 'Every ledger transaction has its entries, and they sum to zero in each currency.', {
    merges,
  }),
  check('I3', 'balances.sql', 'Every balance is the sum of its entries, and its version is their number.', { merges }),
  check('I4', 'chains.sql', 'Every entry continues the version and the balance of the one before it.'),
  check(
    'I5',
    'applied.sql',
    'Every balance is what was entered by hand less what payments applied; bills show the same amounts.',
  ),
  check('I5', 'dates.sql', 'At no date is a bill below zero.'),
  check(
    'I5',
    'payments.sql',
    'Every payment is applied, unapplied, in suspense, transferred, reversed, refunded or direct, as its rows say.',
    {
      merges,
    },
  ),
  check('I5', 'reversals.sql', 'Every reversed amount is the sum of its reversals.'),
  check('I5', 'refunds.sql', 'Every refund is taken from its payment, and its money lies where its status says.'),
  check('I5', 'disputes.sql', 'What was taken back and came again moved once, and lies where its dispute says.'),
  check(
    'I5',
    'settlements.sql',
    'Every fee of a processor is booked once, and every settlement moved what it says, and says what its lines come to.',
  ),
  check('I5', 'transfers.sql', 'What went on from a payment is what came of it, and went from one to the other once.'),
  check('I5', 'captures.sql', 'Every capture and void is taken of its authorisation, and its money was entered.'),
  check(
    'I5',
    'system-accounts.sql',
    'Clearing, unapplied, direct, suspense, transfer, refund, loss, fee and bank accounts hold what payments, refunds, reversals and settlements say.',
  ),
  check('I5', 'clearing-totals.sql', 'What processors owed on a day is totalled as the entries say.'),
  check('I5', 'ledger-totals.sql', 'What reports sum is totalled as the entries say.'),
  check('I5', 'closed-books.sql', 'Nothing counts in books that were closed when it was written.'),
  check('I5', 'adjustment-accounts.sql', 'Every adjustment is in the system account of its kind.'),
  check(
    'I5',
    'credit.sql',
    'Every set-off took credit of one balance off another of the same customer, neither beyond zero.',
  ),
  check('I6', 'application-events.sql', 'Every application and every reversal of one has exactly one event.', {
    merges,
  }),
  check(
    'I6',
    'told.sql',
    'Every adjustment, reversal or refund of a payment and change of an object or a dispute has exactly one event.',
  ),
  check('I6', 'retention.sql', 'Events are dropped by whole months after 90 days, and in no other way.'),
  check('I7', 'deliveries.sql', 'Every event has a delivery for each endpoint that takes its type.', { merges }),
  check(
    'I7',
    'attempts.sql',
    'Every delivery that ended was ended by its latest attempt, and what is posted or unposted was delivered.',
    { merges },
  ),
  check('I10', 'rights.sql', 'The role that serves cannot change or delete entries and events.'),
  check('I10', 'seal-chain.sql', 'Every seal continues the one before it.', { values: [sealedTables.length] }),
  sealsCheck(0n, maxNumber),
  check('I11', 'currencies.sql', 'Every currency is an ISO 4217 code, every amount is whole and within its limits.', {
    values: [keptCurrencyCodes(), maxBalance, maxAmount],
  }),
  check(
    'I12',
    'dispatch.sql',
    'No delivery is skipped for one that became due an hour later, and none waits for an endpoint that takes events.',
  ),
  check('I14', 'states.sql', 'Every status agrees with its amounts and instants.'),
  check('I14', 'references.sql', 'Everything that a payment or an application names exists and agrees.', { merges }),
  check('I14', 'objects.sql', 'Every customer, account and bill agrees with its balance and its reference.'),
  check('I14', 'checkouts.sql', 'Every request and session agrees with the attempts to pay it.'),
  check('I14', 'notices.sql', 'Every transfer notice that is settled was settled by a payment for its customer.'),
  check('I14', 'receipts.sql', 'Every payment of a page has its receipt, and every receipt says what was applied.'),
  check('I14', 'feed.sql', 'Every event is in the feed once, or waits for its position there.', { merges }),
  check(
    'I14',
    'work-lists.sql',
    'The payments that are unidentified or unapplied are on the work lists, and no others.',
  ),
  check('I14', 'archived.sql', 'Nothing that is owed, in credit or unapplied belongs to an archived object.'),
  check('I14', 'buckets.sql', 'Every id ends in the bucket of its row.'),
]
