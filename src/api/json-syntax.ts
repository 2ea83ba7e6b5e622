import { required } from '../core/assert.ts'
import { Problem } from '../core/problem.ts'

type SyntaxFault = { at: number; expected: string }

/** The refusal of a text that is no JSON: the line and the column, both from 1, what stands there and what was expected. */
export function syntaxProblem(json: string): Problem {
  const { at, expected } = required(findSyntaxFault(json), 'what JSON.parse refuses has a fault')
  const where = `at line ${countOf(json, 0, at, (code) => code === 0x0a) + 1}, column ${columnOf(json, at)}`
  const detail = `is not valid JSON ${where}: ${expected} was expected, but ${foundAt(json, at)}`
  return new Problem('malformed_json', `The body ${detail}.`, {
    errors: [{ pointer: '', code: 'malformed_json', detail }],
  })
}

/** In characters, of which some take two places. */
function columnOf(json: string, at: number): number {
  const from = at === 0 ? 0 : json.lastIndexOf('\n', at - 1) + 1
  return countOf(json, from, at, (code) => code < 0xdc00 || code > 0xdfff) + 1
}

/** How many code units of a part of a text pass. No array is made of them: one line may be a whole body. */
function countOf(text: string, from: number, to: number, passes: (code: number) => boolean): number {
  let count = 0
  for (let at = from; at < to; at += 1) if (passes(text.charCodeAt(at))) count += 1
  return count
}

function foundAt(json: string, at: number): string {
  const code = json.codePointAt(at)
  if (code === undefined) return 'the body ends'
  const character = String.fromCodePoint(code)
  if (/[\p{C}\p{Z}]/u.test(character)) return `U+${code.toString(16).toUpperCase().padStart(4, '0')} stands there`
  return `${character} stands there`
}

/** Where a text stops to be JSON (RFC 8259), and what was expected there; `undefined` when all of it is. It is not nested deep. */
export function findSyntaxFault(json: string): SyntaxFault | undefined {
  try {
    new SyntaxReader(json).readAll()
    return undefined
  } catch (error) {
    if (error instanceof Stop) return { at: error.at, expected: error.message }
    throw error
  }
}

/** Ends the reading at the first fault. */
class Stop extends Error {
  readonly at: number

  constructor(at: number, expected: string) {
    super(expected)
    this.at = at
  }
}

const valueExpected = 'a value (a text in double quotes, a number, true, false, null, { or [)'

const isSpace = (code: number) => code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d

class SyntaxReader {
  readonly #json: string
  #at = 0

  constructor(json: string) {
    this.#json = json
  }

  readAll(): void {
    this.#readValue()
    if (this.#skipSpace() !== '') this.#stop('the end of the body')
  }

  #readValue(): void {
    const first = this.#skipSpace()
    if (first === '{') this.#readItems('}', () => this.#readMember())
    else if (first === '[') this.#readItems(']', () => this.#readValue())
    else if (first === '"') this.#readText()
    else {
      const word = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y
      word.lastIndex = this.#at
      const found = word.exec(this.#json)
      if (!found) this.#stop(valueExpected)
      else this.#at += found[0].length
    }
  }

  #readMember(): void {
    if (this.#skipSpace() !== '"') this.#stop('a name in double quotes')
    this.#readText()
    if (this.#skipSpace() !== ':') this.#stop('a colon')
    this.#at += 1
    this.#readValue()
  }

  #readItems(end: string, readItem: () => void): void {
    this.#at += 1
    if (this.#skipSpace() === end) {
      this.#at += 1
      return
    }
    for (;;) {
      readItem()
      const next = this.#skipSpace()
      if (next !== ',' && next !== end) this.#stop(`a comma or ${end}`)
      this.#at += 1
      if (next === end) return
    }
  }

  #readText(): void {
    const json = this.#json
    for (this.#at += 1; ; this.#at += 1) {
      const code = json.charCodeAt(this.#at)
      if (Number.isNaN(code)) this.#stop('the double quote that ends a text')
      if (code < 0x20) this.#stop('a text on one line, a line break in it written as \\n')
      if (code === 0x22) break
      if (code === 0x5c) this.#readEscape()
    }
    this.#at += 1
  }

  #readEscape(): void {
    this.#at += 1
    const known = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y
    known.lastIndex = this.#at
    const found = known.exec(this.#json)
    if (!found) this.#stop('an escape such as \\n, \\" or \\u0041')
    else this.#at += found[0].length - 1
  }

  #skipSpace(): string {
    let at = this.#at
    for (let code = this.#json.charCodeAt(at); isSpace(code); code = this.#json.charCodeAt(at)) at += 1
    this.#at = at
    return this.#json[at] ?? ''
  }

  #stop(expected: string): never {
    throw new Stop(this.#at, expected)
  }
}
