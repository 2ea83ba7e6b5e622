import { z } from 'zod'
import { expecting } from '../../shapes/expected.ts'
import { booleanText, problem } from '../../shapes/primitives.ts'

const rowsMax = 1_000

export const batchQuery = z.strictObject({
  dry_run: booleanText.default(false).describe('`true` says of each row what would happen, and writes nothing'),
  partial: booleanText
    .default(false)
    .describe('`true` makes a malformed row an outcome of its own, instead of refusing all rows'),
})

/** Stands in the place of a row that is not as its schema has it. */
export class MalformedRow {
  readonly issues: readonly z.core.$ZodIssue[]

  constructor(issues: readonly z.core.$ZodIssue[]) {
    this.issues = issues
  }
}

/** The body of a batch: rows, each the body of the single call. One that is malformed does not make the others so. */
export function batchBody<Row extends z.ZodType>(row: Row) {
  // Who writes the schema down asks for a value without a fault.
  const kept = row.catch((fault?: z.core.$ZodCatchCtx) => new MalformedRow(fault?.error.issues ?? []) as never)
  const rows = expecting(z.array(kept), 'a list of 1 to 1,000 objects, each the body of the single call')
  return z.strictObject({ rows: rows.min(1).max(rowsMax) })
}

/** The answer to a batch. `shown` is what the body of a row can be that was carried out, or would be. */
export function batchAnswer(shown: readonly z.ZodType[], id: string) {
  const outcome = z.object({
    status: z.int().min(200).max(599).describe('That of the answer which the single call would have given'),
    body: z.union([...shown, problem]),
  })
  const count = z.int().min(0).max(rowsMax)
  return z
    .object({
      data: z.array(outcome).max(rowsMax).describe('The outcomes, in the order of the rows'),
      succeeded: count.describe('How many rows have a status below 400'),
      failed: count,
    })
    .meta({ id })
}
