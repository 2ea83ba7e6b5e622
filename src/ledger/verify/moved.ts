import type { Id } from '../../core/id/id.ts'
import { integerArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { Check } from './check.ts'
import { checks } from './checks.ts'
import {
  applicationReversals,
  applications,
  billEntries,
  captureEntries,
  captures,
  charges,
  newApplicationReversals,
  newApplications,
  newDeliveries,
  newEntries,
  newEvents,
  newOfEnvironments,
  newReversals,
  newRows,
  newTransactions,
  noRows,
  openAuthorisations,
  openPaymentsOf,
  payers,
  payments,
  receipts,
  receivables,
  reversals,
  rowsOf,
  type TablePart,
  window,
} from './moved-scopes.ts'

/**
 * What each check reads when it is about what has moved. Its statement stays as it is: the parts of tables stand in its way under their
 * names. Both sides of what it compares must be whole there; so it is either what is new, which is written together and has ids of one
 * millisecond, or all that hangs on an object that moved.
 */
const scopes: Readonly<Record<string, readonly TablePart[]>> = {
  'transactions.sql': [newTransactions, newEntries],
  'dates.sql': [receivables, billEntries],
  'payments.sql': [payments, applications],
  'reversals.sql': [payments, applications, applicationReversals, reversals],
  'captures.sql': [payments, applications, captures, openAuthorisations, captureEntries],
  'closed-books.sql': [newTransactions],
  'adjustment-accounts.sql': [newTransactions, newEntries],
  'credit.sql': [newTransactions, newEntries, receivables],
  'application-events.sql': [newApplications, newApplicationReversals, newEvents],
  'told.sql': [
    window,
    newTransactions,
    newReversals,
    newEvents,
    newRows('audit_entry'),
    payments,
    captures,
    newOfEnvironments('checkout'),
    newOfEnvironments('settlement'),
  ],
  'retention.sql': [],
  'deliveries.sql': [newEvents, newDeliveries],
  'attempts.sql': [newDeliveries, newRows('webhook_attempt', 'event_id')],
  'rights.sql': [],
  'seal-chain.sql': [],
  'currencies.sql': [receivables, newEntries, payments],
  'states.sql': [receivables, payments, charges, newDeliveries, noRows('idempotency_key')],
  'receipts.sql': [payments, receipts, applications, payers],
  'feed.sql': [newEvents, newRows('event_feed', 'event_id'), newRows('unsequenced_event', 'event_id')],
  'work-lists.sql': [payments, openPaymentsOf],
  'buckets.sql': [
    newRows('customer'),
    newRows('account'),
    newRows('bill'),
    newTransactions,
    newEntries,
    payments,
    newApplications,
    newRows('idempotency_response'),
    newRows('audit_entry'),
    newRows('earlier_particulars'),
    newReversals,
    newApplicationReversals,
    newOfEnvironments('refund'),
    newOfEnvironments('dispute'),
    newOfEnvironments('capture'),
    newRows('simulator_refund'),
    noRows('simulator_capture'),
    newRows('simulator_charge'),
    newOfEnvironments('settlement'),
    rowsOf('settlement_line', 'settlement', 'n.settlement_id = m.id'),
    newOfEnvironments('checkout'),
    newOfEnvironments('transfer_notice'),
    newEvents,
    newRows('webhook_replay'),
  ],
}

const listPaymentsSql = loadSql(import.meta.url, './sql/list-moved-payments.sql')

/** Statements of their own, where what was before is not read again: it was checked, and is sealed. */
const own = {
  balances: loadSql(import.meta.url, './sql/moved-balances.sql').text,
  chains: loadSql(import.meta.url, './sql/moved-chains.sql').text,
  applied: loadSql(import.meta.url, './sql/moved-applied.sql').text,
  received: loadSql(import.meta.url, './sql/moved-received.sql').text,
}

/** Whether what a check proves is proved of what has moved too, by its own statement or by another one. */
export function isIncremental(file: string): boolean {
  const name = file.replace('sql/', '')
  return Object.hasOwn(scopes, name) || Object.hasOwn(own, name.replace('.sql', ''))
}

/** The checks of what has moved since an id, which is the first of its millisecond. */
export async function movedChecks(connection: Queryable, from: Id): Promise<Check[]> {
  await connection.query('set local enable_seqscan = off; set local enable_mergejoin = off')
  const { rows } = await connection.query<{ environment_id: number; id: Id }>(listPaymentsSql.text, [from])
  // Looked for once, since many checks are about them.
  const moved = [uuidArray(rows.map(({ id }) => id)), integerArray(rows.map(({ environment_id }) => environment_id))]
  const ownCheck = (invariant: Check['invariant'], name: keyof typeof own, sentence: string): Check => {
    return { invariant, sentence, file: `sql/moved-${name}.sql`, text: own[name], values: [from], by_keys: true }
  }
  return [
    ownCheck('I3', 'balances', 'Every balance that moved is what its last entry left.'),
    ownCheck('I4', 'chains', 'Every new entry continues the version and the balance of the one before it.'),
    ownCheck('I5', 'applied', 'What was entered on balances is what was applied; bills show the same amounts.'),
    ownCheck('I5', 'received', 'What arrived of a payment is in its clearing account.'),
    ...checks.flatMap((check): Check[] => {
      const scope = scopes[check.file.replace('sql/', '')]
      if (scope === undefined) return []
      const { merges: _, values = [], ...rest } = check
      const text = within(scope, from, check.text)
      if (!text.includes('{payment_ids}')) return [{ ...rest, text, values, by_keys: true }]
      const numbered = text
        .replace('{payment_ids}', `$${values.length + 1}`)
        .replace('{environment_ids}', `$${values.length + 2}`)
      return [{ ...rest, text: numbered, values: [...values, ...moved], by_keys: true }]
    }),
  ]
}

function within(scope: readonly TablePart[], from: Id, text: string): string {
  if (scope.length === 0) return text
  return `with ${scope.map((one) => one(from)).join(', ')}\nselect * from (\n${text}\n) as moved_only`
}
