import type { z } from 'zod'
import { type FieldError, Problem } from '../../core/problem.ts'
import { hasOnlyCards, inputProblem } from '../input-problem.ts'
import { InvalidInput } from '../validation.ts'
import { MalformedRow } from './schema.ts'

// The file is likely wrong in the same way in every row.
const errorsMax = 100

/** A row that is refused before it is carried out. What is wrong with it costs time to say, and is said up to `most` faults. */
export type RefusedRow = { malformed: boolean; refusal(most?: number): Problem }

/** A row that is as its schema has it, or one that is refused. */
export type ReadRow<Input> = { input: Input } | RefusedRow

/**
 * Reads the rows of a batch. A malformed one refuses all of them with the faults of all, unless `partial` makes that its own outcome.
 * What the single call answers with another status than 400 is an outcome always. `check` finds what is malformed that no schema
 * tells, such as an instant to come: it throws.
 */
export function readRows<Input>(
  sent: readonly (Input | MalformedRow)[],
  schema: z.ZodType,
  partial: boolean,
  check: (input: Input) => void,
): ReadRow<Input>[] {
  const rows = sent.map((row) => readRow(row, schema, check))
  if (!partial && rows.some(isMalformed)) throw malformedProblem(rows)
  return rows
}

function isMalformed(row: ReadRow<unknown>): boolean {
  return 'malformed' in row && row.malformed
}

function readRow<Input>(row: Input | MalformedRow, schema: z.ZodType, check: (input: Input) => void): ReadRow<Input> {
  if (row instanceof MalformedRow) {
    const fault = new InvalidInput(row.issues, 'body', schema)
    return { malformed: !hasOnlyCards(fault), refusal: (most) => inputProblem(fault, most) }
  }
  try {
    check(row)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    // Any other refusal depends on what there is, and is given in its turn.
    if (error.status === 400) return { malformed: true, refusal: () => error }
  }
  return { input: row }
}

function malformedProblem(rows: readonly ReadRow<unknown>[]): Problem {
  const errors: FieldError[] = []
  for (const [index, row] of rows.entries()) {
    if (errors.length === errorsMax) break
    if (!('malformed' in row) || !row.malformed) continue
    errors.push(...faultsOf(row.refusal(), index).slice(0, errorsMax - errors.length))
  }
  const count = rows.filter(isMalformed).length
  const detail = `${count} of ${rows.length} rows are malformed, so none was carried out: put them right, or send partial=true.`
  return new Problem('invalid_request', detail, { errors })
}

function faultsOf({ errors }: Problem, index: number): FieldError[] {
  return errors.map((one) => ('pointer' in one ? { ...one, pointer: `/rows/${index}${one.pointer}` } : one))
}
