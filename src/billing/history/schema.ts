import { z } from 'zod'
import { pageQuery } from '../../api/pagination.ts'
import { shownActor } from '../../shapes/actor.ts'
import { ownerFields } from '../../shapes/object.ts'
import {
  balance,
  balanceSum,
  date,
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

export const entriesQuery = z.strictObject(pageQuery)

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

export const statementQuery = z
  .strictObject({
    from: date.describe('The first day, in the time zone of the environment'),
    to: date.describe('The last day'),
  })
  .refine(({ from, to }) => from <= to, {
    path: ['to'],
    error: 'should be the date of `from` or a later one, such as 2026-03-31',
  })

// A statement has no pages: they would not add up if something were entered between two requests. A shorter span is a
// statement too, and the closing balance of one is the opening balance of the next.
export const movementsMax = 1_000

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
