import { z } from 'zod'
import { pageQuery } from '../../api/pagination.ts'
import { shownActor } from '../../shapes/actor.ts'
import { ownerFields } from '../../shapes/object.ts'
import {
  balance,
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
  effective_at: shownInstant.describe('When it counts from'),
  recorded_at: shownInstant.describe('When it was written'),
  request_id: z.string().max(64).optional().describe('The request that caused it'),
  actor: shownActor.optional(),
  source: z.string().max(50).describe('The payment, obligation, reversal or adjustment that caused it'),
  reason: z.string().max(255).optional(),
}

export const entry = z.object({ ...moved, balance_after: balance, version: z.int().min(1) }).meta({ id: 'Entry' })
export const movement = z
  .object({ ...moved, balance: balance.describe('After it, in the order of the statement') })
  .meta({ id: 'Movement' })

export const entriesQuery = z.strictObject(pageQuery)

export const balanceQuery = z.strictObject({
  effective_at: instant.optional().describe('What counted by then; now when absent'),
  recorded_at: instant.optional().describe('What was written by then; now when absent'),
})

export const balanceAt = z
  .object({
    ...ownerFields,
    balance,
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
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'should not be before `from`' })

// A statement is one whole: with a cursor, its parts would not add up once something is entered between them. A shorter span
// is a statement too, and the closing balance of one is the opening balance of the next.
export const movementsMax = 1_000

export const statement = z
  .object({
    ...ownerFields,
    currency: shownCurrency,
    from: date,
    to: date,
    time_zone: z.string().max(64),
    opening_balance: balance,
    movements: z.array(movement).max(movementsMax).describe('In the order in which they are effective'),
    closing_balance: balance.describe('The opening balance and all movements'),
  })
  .meta({ id: 'Statement' })
