import type { z } from 'zod'
import { type FieldError, Problem } from '../core/problem.ts'

const errorsMax = 20

/**
 * Validates one part of a request by its schema; throws `invalid_request` with a pointer for each fault, or `card_number`
 * when nothing else is wrong.
 */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input, { reportInput: true })
  if (result.success) return result.data
  const errors = result.error.issues.flatMap(fieldErrors).slice(0, errorsMax)
  const [first] = errors
  throw new Problem(
    errors.every(({ code }) => code === 'card_number') ? 'card_number' : 'invalid_request',
    first ? `${first.pointer || 'The body'}: ${first.detail}` : 'The request is not valid.',
    {
      errors,
    },
  )
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, key]),
      code: 'unknown_member',
      detail: 'is not a field that can be sent here',
    }))
  }
  if (issue.code === 'invalid_union') {
    // For a field that may be an id or an object, the form that was meant is the one whose type matched.
    const meant = issue.errors.find((faults) =>
      faults.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
    )
    if (meant) return meant.flatMap((fault) => fieldErrors({ ...fault, path: [...issue.path, ...fault.path] }))
  }
  return [{ pointer: pointerOf(issue.path), code: fieldCodeOf(issue), detail: detailOf(issue) }]
}

function fieldCodeOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return issue.input === undefined ? 'required' : 'invalid_type'
  return issue.code === 'custom' ? String(issue.params?.code ?? 'invalid_value') : issue.code
}

function detailOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union') return 'matches none of the forms that can be sent here'
  return issue.message.replace(/^Invalid input: /, '').replace(/^Too (big|small): /, '')
}

/** RFC 6901: the path as a JSON pointer. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
