import type { z } from 'zod'
import { type FieldError, Problem } from '../../core/problem.ts'
import { inputProblem } from '../input-problem.ts'
import { InvalidInput } from '../validation.ts'
import { MalformedRow } from './schema.ts'

// The file is likely wrong in the same way in every row.
const errorsMax = 100

/** A row that is as its schema has it, or the refusal that is its outcome. */
export type ReadRow<Input> = { input: Input } | { refusal: Problem }

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
  if (partial) return rows
  const errors: FieldError[] = []
  let malformed = 0
  for (const [index, row] of rows.entries()) {
    if ('input' in row || row.refusal.status !== 400) continue
    malformed += 1
    if (errors.length < errorsMax) errors.push(...faultsOf(row.refusal, index).slice(0, errorsMax - errors.length))
  }
  if (malformed === 0) return rows
  const detail = `${malformed} of ${rows.length} rows are malformed, so none was carried out: put them right, or send partial=true.`
  throw new Problem('invalid_request', detail, { errors })
}

function readRow<Input>(row: Input | MalformedRow, schema: z.ZodType, check: (input: Input) => void): ReadRow<Input> {
  if (row instanceof MalformedRow) return { refusal: inputProblem(new InvalidInput(row.issues, 'body', schema)) }
  try {
    check(row)
  } catch (error) {
    // A refusal that depends on what there is is given in its turn.
    if (error instanceof Problem && error.status === 400) return { refusal: error }
    if (!(error instanceof Problem)) throw error
  }
  return { input: row }
}

function faultsOf({ errors }: Problem, index: number): FieldError[] {
  return errors.map((one) => ('pointer' in one ? { ...one, pointer: `/rows/${index}${one.pointer}` } : one))
}
