import { z } from 'zod'
import { pageQuery } from '../../api/pagination.ts'
import { shownActor } from '../../shapes/actor.ts'
import { ownerFields } from '../../shapes/object.ts'
import {
  balance,
  balanceSum,
  date,
  externalReference,
  instant,
  maxBalanceNumber,
  shownCurrency,
  shownId,
  shownInstant,
} from '../../shapes/primitives.ts'
import { transactionKinds } from './kinds.ts'

const moved = {
  id: shownId('entry'),
  transaction: shownId('transaction'),
  kind: z.enum(transactionKinds),
  amount: z
    .int()
    .min(-maxBalanceNumber)
    .max(maxBalanceNumber)
    .describe('Signed minor units, like the balance: a payment is negative'),
  currency: shownCurrency,
  effective_at: shownInstant.describe('When it takes effect'),
  recorded_at: shownInstant.describe('When it was recorded'),
  request_id: z.string().max(64).optional().describe('The request that caused it'),
  actor: shownActor.optional(),
  source: z.string().max(50).describe('The payment, obligation, reversal or adjustment that caused it'),
  reason: z.string().max(255).optional(),
  label: z.string().max(100).optional().describe('What an adjustment is called on a document'),
  reference: z.string().max(255).optional().describe("The number of the merchant's own document"),
}

export const entry = z.object({ ...moved, balance_after: balance, version: z.int().min(1) }).meta({ id: 'Entry' })
export const movement = z
  .object({ ...moved, balance: balanceSum.describe('After this movement, in the order of the statement') })
  .meta({ id: 'Movement' })

export const entriesQuery = z.strictObject({
  ...pageQuery,
  effective_from: instant.optional().describe('Took effect at this instant or later'),
  effective_to: instant.optional().describe('Took effect at this instant or earlier'),
  kind: z.enum(transactionKinds).optional(),
})

export const balanceQuery = z.strictObject({
  effective_at: instant.optional().describe('Entries that took effect by then; defaults to now'),
  recorded_at: instant.optional().describe('Entries recorded by then; defaults to now'),
})

export const balanceAt = z
  .object({
    ...ownerFields,
    balance: balanceSum,
    currency: shownCurrency,
    effective_at: shownInstant,
    recorded_at: shownInstant,
  })
  .meta({ id: 'BalanceAt' })

const span = {
  from: date.describe('The first day, in the time zone of the environment'),
  to: date.describe('The last day'),
}
const inOrder = ({ from, to }: { from: string; to: string }) => from <= to
const notInOrder = { path: ['to'], error: 'should be the date of `from` or a later one, such as 2026-03-31' }

export const statementQuery = z.strictObject(span).refine(inOrder, notInOrder)

/** The query of a statement that may be of everything. */
export const scopedStatementQuery = z
  .strictObject({
    ...span,
    scope: z
      .enum(['own', 'all'])
      .default('own')
      .describe('`all`: of everything that is owed there, by currency: the balance, those of accounts, and bills'),
  })
  .refine(inOrder, notInOrder)

// A statement has no pages: they would not add up if something were entered between two requests. A shorter span is a
// statement too, and the closing balance of one is the opening balance of the next.
export const movementsMax = 1_000

const aged = balanceSum

/** What is open on the last day of a statement, by how long it has been due. */
const ageing = z
  .object({
    current: aged.describe('Not due, without a due date, or a running balance; credit is negative'),
    days_1_30: aged,
    days_31_60: aged,
    days_61_90: aged,
    over_90: aged,
  })
  .describe('Of closing_balance: how much has been due for how many days, by the due dates that bills have now')
  .meta({ id: 'Ageing' })

const wholeMovement = z
  .object({
    ...moved,
    ...ownerFields,
    external_reference: externalReference.describe('Of the customer, the account or the bill whose balance moved'),
    balance: balanceSum.describe('Of all together after this movement'),
  })
  .describe('Exactly one of customer_id, account_id and bill_id says whose balance moved')
  .meta({ id: 'WholeMovement' })

// Of the currencies that there are.
const currenciesMax = 200

export const wholeStatement = z
  .object({
    customer_id: shownId('customer').optional(),
    account_id: shownId('account').optional(),
    from: date,
    to: date,
    time_zone: z.string().max(64),
    currencies: z
      .array(
        z
          .object({
            currency: shownCurrency,
            opening_balance: balanceSum,
            movements: z.array(wholeMovement).max(movementsMax).describe('In the order in which they took effect'),
            closing_balance: balanceSum.describe('The opening balance plus all movements'),
            ageing,
          })
          .meta({ id: 'StatementCurrency' }),
      )
      .max(currenciesMax),
  })
  .meta({ id: 'WholeStatement' })

export const statement = z
  .object({
    ...ownerFields,
    currency: shownCurrency,
    from: date,
    to: date,
    time_zone: z.string().max(64),
    opening_balance: balanceSum,
    movements: z.array(movement).max(movementsMax).describe('In the order in which they took effect'),
    closing_balance: balanceSum.describe('The opening balance plus all movements'),
  })
  .meta({ id: 'Statement' })
