import type { z } from 'zod'
import { pointerOf, shorten } from '../core/json-pointer.ts'
import { type FieldError, Problem } from '../core/problem.ts'
import { detailOf, fieldCodeOf, unknownDetail } from './fault-text.ts'
import type { InvalidInput, RequestPart } from './validation.ts'

const errorsMax = 20

/**
 * The problem of a part of a request: `invalid_request` with the place of each fault, up to `most`, or `card_number` when nothing else
 * is wrong.
 */
export function inputProblem(input: InvalidInput, most = errorsMax): Problem {
  const { issues, part, schema } = input
  const errors = fieldErrors(issues, part, schema, most)
  const [first] = errors
  const detail = first ? sentenceOf(first, part) : 'The request is not valid.'
  return new Problem(hasOnlyCards(input) ? 'card_number' : 'invalid_request', detail, { errors })
}

/** Whether nothing is wrong but that card numbers stand in free text. */
export function hasOnlyCards({ issues }: Pick<InvalidInput, 'issues'>): boolean {
  return issues.every((issue) => {
    const meant = meantBy(issue)
    return meant ? hasOnlyCards({ issues: meant }) : fieldCodeOf(issue) === 'card_number'
  })
}

function sentenceOf(error: FieldError, part: RequestPart): string {
  const place = 'pointer' in error ? error.pointer : error.parameter
  return place === '' ? `The ${part} ${error.detail}` : `${place}: ${error.detail}`
}

function fieldErrors(
  issues: readonly z.core.$ZodIssue[],
  part: RequestPart,
  whole: z.ZodType,
  most: number,
): FieldError[] {
  const errors: FieldError[] = []
  for (const issue of issues) {
    // There may be as many as a body has members.
    if (errors.length >= most) break
    errors.push(...errorsOf(issue, part, whole, most - errors.length))
  }
  return errors
}

function errorsOf(issue: z.core.$ZodIssue, part: RequestPart, whole: z.ZodType, most: number): FieldError[] {
  const at = (path: readonly PropertyKey[]) =>
    part === 'body' ? { pointer: pointerOf(path) } : { parameter: parameterOf(path) }
  if (issue.code === 'unrecognized_keys') {
    const word = part === 'body' ? 'field' : 'parameter'
    return issue.keys.slice(0, most).map((key) => ({
      ...at([...issue.path, key]),
      code: 'unknown_member',
      detail: unknownDetail(key, issue.path, whole, word),
    }))
  }
  const meant = meantBy(issue)
  if (meant) {
    return fieldErrors(
      meant.map((fault) => ({ ...fault, path: [...issue.path, ...fault.path] })),
      part,
      whole,
      most,
    )
  }
  return [{ ...at(issue.path), code: fieldCodeOf(issue), detail: detailOf(issue, whole) }]
}

/** For a field that may be an id or an object: the faults of the form that was meant, which is the one whose type matched. */
function meantBy(issue: z.core.$ZodIssue): z.core.$ZodIssue[] | undefined {
  if (issue.code !== 'invalid_union') return undefined
  return issue.errors.find((faults) => faults.some(({ path, code }) => path.length > 0 || code !== 'invalid_type'))
}

/** The name of a parameter as it is sent: `metadata[plan]`. */
function parameterOf([name = '', ...inner]: readonly PropertyKey[]): string {
  return shorten(String(name)) + inner.map((part) => `[${shorten(String(part))}]`).join('')
}
