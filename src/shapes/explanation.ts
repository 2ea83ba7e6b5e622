import { z } from 'zod'
import { amount, maxAmountNumber } from './primitives.ts'

/** A short stable word of the API, such as a rule or a reason. */
export const word = z.string().max(40)
/** An amount that may be nothing. */
export const part = z.int().min(0).max(maxAmountNumber).describe('Minor units')

export const appliedLine = z.object({ to: z.string().max(50), amount, rule: word }).meta({ id: 'AppliedLine' })
const skippedLine = z.object({ to: z.string().max(50), reason: word }).meta({ id: 'SkippedLine' })
// A payment to a customer reaches everything that it owes, and nothing limits how much that is.
export const linesMax = 1_000_000

export const explanation = z
  .object({
    policy: word,
    applied: z.array(appliedLine).max(linesMax),
    skipped: z.array(skippedLine).max(linesMax),
    unapplied_amount: part,
  })
  .describe('What was applied to what, and by which rule')
  .meta({ id: 'Explanation' })
