import { decodeUtf8 } from '../core/encoded-text.ts'
import { endOfString, itemsMax, membersMax, readExactly } from '../core/json-reader.ts'
import { fieldProblem, Problem } from '../core/problem.ts'
import { syntaxProblem } from './json-syntax.ts'

/** How deep arrays and objects may stand in each other; no body of ours needs five. */
const depthMax = 32

/**
 * Reads a body of JSON as it is written, in a time that its length bounds. JSON.parse reads it; what that would pass over in silence
 * (a member that is sent twice, `20.00`, `__proto__`, half a surrogate) is found by one look before and one after, and only a body
 * in which something is found, or which has an escape, is read again: to say where, and to read names as they are. Throws
 * `invalid_encoding`, `malformed_json` or `invalid_request`.
 */
export function readJsonBody(bytes: Buffer): unknown {
  const text = decodeUtf8(bytes, 'The body')
  // RFC 8259, section 8.1: a mark before the text may be ignored.
  const json = text.startsWith('\ufeff') ? text.slice(1) : text
  const seen = look(json)
  const value = parse(json)
  if (json.includes('\\') || seen.oddNumber || countMembers(value) !== seen.members) {
    const exact = readExactly(json)
    const [first] = exact.faults
    if (first) throw new Problem('invalid_request', `${nameOf(first)}: ${first.detail}`, { errors: exact.faults })
    // A number of sixteen digits may be right. And JSON.parse of V8 13.6 loses a member whose name has an escape, such as "\"", or
    // reads another name for it, where it has seen an object of the same form: in one of a thousand random objects.
    return exact.value
  }
  return value
}

function nameOf({ pointer }: { pointer: string }): string {
  return pointer === '' ? 'The body' : pointer
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw syntaxProblem(json)
  }
}

function tooDeep(): Problem {
  return fieldProblem('invalid_request', '', `The body is nested deeper than ${depthMax}: send a flat object.`)
}

const quote = 0x22
const colon = 0x3a
const minus = 0x2d

/**
 * Looks through a text that should be JSON: how many members its objects have, and whether a number stands in it that is no plain
 * integer of up to 15 digits. Throws when it is nested too deep, before anything recurses on it.
 */
function look(json: string): { members: number; oddNumber: boolean } {
  let depth = 0
  let members = 0
  let oddNumber = false
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === quote) at = endOfString(json, at)
    else if (code === colon) members += 1
    else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > depthMax) throw tooDeep()
    } else if (code === 0x7d || code === 0x5d) depth -= 1
    else if (isDigit(code)) {
      const start = at
      while (isDigit(json.charCodeAt(at + 1))) at += 1
      oddNumber ||= !isPlainInteger(json, start, at + 1)
    }
  }
  return { members, oddNumber }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Whether neither a point nor an exponent follows the digits, which are no zero behind a minus. */
function isPlainInteger(json: string, start: number, end: number): boolean {
  const next = json.charCodeAt(end)
  const isNegative = json.charCodeAt(start - 1) === minus
  return (
    end - start <= 15 &&
    next !== 0x2e &&
    next !== 0x65 &&
    next !== 0x45 &&
    !(isNegative && json.charCodeAt(start) === 0x30)
  )
}

/**
 * How many members a value has, in all its objects: fewer than were written when one was written twice. Not a number when something
 * has to be looked at: too many in one place, a name or text that is not what it seems.
 */
function countMembers(value: unknown): number {
  if (typeof value === 'string') return value.isWellFormed() ? 0 : Number.NaN
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    if (value.length > itemsMax) return Number.NaN
    for (const item of value) count += countMembers(item)
    return count
  }
  const names = Object.keys(value)
  if (names.length > membersMax) return Number.NaN
  for (const name of names) {
    if (name === '__proto__' || !name.isWellFormed()) return Number.NaN
    count += 1 + countMembers((value as Record<string, unknown>)[name])
  }
  return count
}
