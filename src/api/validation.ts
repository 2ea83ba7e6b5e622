import type { z } from 'zod'
import { pointerOf, shorten } from '../core/json-pointer.ts'
import { type FieldError, Problem } from '../core/problem.ts'

const errorsMax = 20

/** The parts of a request: what is wrong in a body is told by a pointer, in the others by the parameter's name. */
export type RequestPart = 'path' | 'query' | 'body'

/**
 * Validates one part of a request by its schema; throws `invalid_request` with the place of each fault, or `card_number`
 * when nothing else is wrong.
 */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown, part: RequestPart): z.output<Schema> {
  const result = schema.safeParse(input, { reportInput: true })
  if (result.success) return result.data
  const errors = fieldErrors(result.error.issues, part)
  const [first] = errors
  const isCard = errors.every(({ code }) => code === 'card_number')
  const detail = first ? `${placeOf(first) || `The ${part}`}: ${first.detail}` : 'The request is not valid.'
  throw new Problem(isCard ? 'card_number' : 'invalid_request', detail, { errors })
}

function placeOf(error: FieldError): string {
  return 'pointer' in error ? error.pointer : error.parameter
}

function fieldErrors(issues: readonly z.core.$ZodIssue[], part: RequestPart): FieldError[] {
  const errors: FieldError[] = []
  for (const issue of issues) {
    // There may be as many as a body has members.
    if (errors.length >= errorsMax) break
    errors.push(...errorsOf(issue, part).slice(0, errorsMax - errors.length))
  }
  return errors
}

function errorsOf(issue: z.core.$ZodIssue, part: RequestPart): FieldError[] {
  const at = (path: readonly PropertyKey[]) =>
    part === 'body' ? { pointer: pointerOf(path) } : { parameter: parameterOf(path) }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, errorsMax).map((key) => ({
      ...at([...issue.path, key]),
      code: 'unknown_member',
      detail: `is not a ${part === 'body' ? 'field' : 'parameter'} that can be sent here`,
    }))
  }
  if (issue.code === 'invalid_union') {
    // For a field that may be an id or an object, the form that was meant is the one whose type matched.
    const meant = issue.errors.find((faults) =>
      faults.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
    )
    if (meant) {
      return fieldErrors(
        meant.map((fault) => ({ ...fault, path: [...issue.path, ...fault.path] })),
        part,
      )
    }
  }
  return [{ ...at(issue.path), code: fieldCodeOf(issue), detail: detailOf(issue) }]
}

function fieldCodeOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return issue.input === undefined ? 'required' : 'invalid_type'
  return issue.code === 'custom' ? String(issue.params?.code ?? 'invalid_value') : issue.code
}

function detailOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union') return 'matches none of the forms that can be sent here'
  const { message } = (issue.code === 'invalid_key' && issue.issues[0]) || issue
  return message.replace(/^Invalid input: /, '').replace(/^Too (big|small): /, '')
}

/** The name of a parameter as it is sent: `metadata[plan]`. */
function parameterOf([name = '', ...inner]: readonly PropertyKey[]): string {
  return shorten(String(name)) + inner.map((part) => `[${shorten(String(part))}]`).join('')
}
