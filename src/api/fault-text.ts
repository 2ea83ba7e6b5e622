import type { z } from 'zod'
import { nearest } from '../core/nearest.ts'
import { expectedOf, membersOf, schemaAt } from './schema-place.ts'

type Issue = z.core.$ZodIssue

/** The stable code of what a schema has found. */
export function fieldCodeOf(issue: Issue): string {
  if (isMissing(issue)) return 'required'
  return issue.code === 'custom' ? String(issue.params?.code ?? 'invalid_value') : issue.code
}

/** What is wrong, what was expected instead and an example, to stand behind the name of the place. `whole` is the schema of the part. */
export function detailOf(issue: Issue, whole: z.core.$ZodType): string {
  const expected = expectedOf(schemaAt(whole, issue.path))
  if (isMissing(issue)) return `is required: send ${expected}`
  switch (issue.code) {
    // Written beside its rule.
    case 'custom':
      return issue.message
    case 'invalid_type':
    case 'invalid_union':
      return `should be ${expected}, not ${typeOf(issue.input)}`
    case 'invalid_value':
      return `should be ${expected}${meant(issue.input, issue.values.map(String))}`
    case 'too_small':
    case 'too_big':
      return `${limitOf(issue)}: send ${expected}`
    case 'invalid_key':
      return `has a key that cannot be used: it ${keyFault(issue.issues)}`
    default:
      return `should be ${expected}`
  }
}

/** What is said of a field or a parameter that the operation does not take: which one was probably meant, and which there are. */
export function unknownDetail(
  name: string,
  path: readonly PropertyKey[],
  whole: z.core.$ZodType,
  word: 'field' | 'parameter',
): string {
  const known = membersOf(schemaAt(whole, path))
  const hint = meant(name, known)
  const said = `is not a ${word} that can be sent here`
  if (known.length === 0) return `${said}: this operation takes none`
  return `${said}${hint === '' ? '; known' : `${hint} Known`} are ${known.join(', ')}`
}

/** A question that names what was probably meant, behind a sentence; empty when nothing is near. */
function meant(sent: unknown, known: readonly string[]): string {
  const near = typeof sent === 'string' ? nearest(sent, known) : undefined
  return near === undefined ? '' : `; did you mean \`${near}\`?`
}

/** Whether nothing was sent where something has to be. */
function isMissing({ code, input }: Issue): boolean {
  return input === undefined && ['invalid_type', 'invalid_value', 'invalid_union'].includes(code)
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty text' : 'a text'
    case 'number':
      return 'a number'
    case 'boolean':
      return String(value)
    default:
      return 'an object'
  }
}

function limitOf(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const { origin, input } = issue
  const [bound, limit] = issue.code === 'too_small' ? ['at least', issue.minimum] : ['at most', issue.maximum]
  if (origin === 'number' || origin === 'int') return `should be ${bound} ${limit}, not ${input}`
  const [one, many] = origin === 'string' ? ['character', 'characters'] : ['item', 'items']
  const { length } = (input ?? []) as { length: number }
  return `should have ${bound} ${limit} ${String(limit) === '1' ? one : many}, not ${length}`
}

function keyFault([issue]: readonly Issue[]): string {
  return issue?.code === 'too_small' || issue?.code === 'too_big' ? limitOf(issue) : (issue?.message ?? '')
}
