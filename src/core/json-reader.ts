import { pointerOf, shorten } from './json-pointer.ts'

/** How many members an object and items an array may have: a batch has 1,000 rows, and nothing else comes near. */
export const membersMax = 100
export const itemsMax = 1_000

type Fault = { pointer: string; code: string; detail: string }

const faultsMax = 20

/** Ends the reading: what has been found is enough to be told. */
const enough = new Error('enough')

/**
 * What a text that is valid JSON holds that may not be sent, each with its pointer, up to 20; and its value, member by member, which
 * is whole only where there is no such fault.
 */
export function readExactly(json: string): { faults: Fault[]; value: unknown } {
  const reader = new FaultReader(json)
  try {
    return { value: reader.readValue(), faults: reader.faults }
  } catch (error) {
    if (error !== enough) throw error
    return { value: undefined, faults: reader.faults }
  }
}

/**
 * Reads JSON that we have written. JSON.parse of V8 13.6 loses a member whose name has an escape, such as `"\\""`, or reads another
 * name for it, where it has seen an object of the same form; without a backslash there is no escape.
 */
export function parseJson(text: string): unknown {
  if (!text.includes('\\')) return JSON.parse(text)
  const { faults, value } = readExactly(text)
  // What we write is larger than what may be sent to us.
  return faults.length === 0 ? value : JSON.parse(text)
}

/** Where a string ends that begins at this place: at the next quote that an even number of backslashes precedes. */
export function endOfString(json: string, start: number): number {
  for (let at = start; ; ) {
    at = json.indexOf('"', at + 1)
    if (at < 0) return json.length
    let before = at - 1
    while (json.charCodeAt(before) === 0x5c) before -= 1
    if ((at - before) % 2 === 1) return at
  }
}

/** Reads JSON that JSON.parse has read before, so that its form is known to be right and its depth to be small. */
class FaultReader {
  readonly faults: Fault[] = []
  readonly #json: string
  readonly #path: (string | number)[] = []
  #at = 0

  constructor(json: string) {
    this.#json = json
  }

  readValue(): unknown {
    const first = this.#skipSpace()
    if (first === '{') return this.#readObject()
    if (first === '[') return this.#readArray()
    if (first === '"') {
      const text = this.#readString()
      this.#checkText(text)
      return text
    }
    const word = this.#readWord()
    this.#checkNumber(word)
    return JSON.parse(word)
  }

  #readObject(): Record<string, unknown> {
    const names = new Set<string>()
    const value: Record<string, unknown> = {}
    this.#readItems('}', () => {
      const name = this.#readString()
      this.#skipSpace()
      this.#at += 1
      this.#path.push(name)
      if (names.has(name)) this.#add('repeated', 'was sent more than once: send it once')
      if (name === '__proto__') this.#add('unknown_member', 'is not a field that can be sent')
      names.add(name)
      this.#checkText(name)
      const member = this.readValue()
      if (name !== '__proto__') value[name] = member
      this.#path.pop()
      if (names.size > membersMax) this.#addLast(`has more than ${membersMax} fields, the most that an object may have`)
    })
    return value
  }

  #readArray(): unknown[] {
    const value: unknown[] = []
    this.#readItems(']', () => {
      this.#path.push(value.length)
      value.push(this.readValue())
      this.#path.pop()
      if (value.length > itemsMax) this.#addLast(`has more than ${itemsMax} items, the most that a list may have`)
    })
    return value
  }

  #readItems(end: string, readItem: () => void): void {
    this.#at += 1
    for (let next = this.#skipSpace(); next !== end; next = this.#skipSpace()) {
      if (next === ',') {
        this.#at += 1
        this.#skipSpace()
      }
      readItem()
    }
    this.#at += 1
  }

  #readString(): string {
    const start = this.#at
    this.#at = endOfString(this.#json, start) + 1
    return JSON.parse(this.#json.slice(start, this.#at)) as string
  }

  /** A number, `true`, `false` or `null`. */
  #readWord(): string {
    const word = /[-+.\w]+/y
    word.lastIndex = this.#at
    const [found = ''] = word.exec(this.#json) ?? []
    this.#at += found.length
    return found
  }

  #skipSpace(): string {
    while (' \t\r\n'.includes(this.#json[this.#at] ?? '.')) this.#at += 1
    return this.#json[this.#at] ?? ''
  }

  #checkText(text: string): void {
    if (!text.isWellFormed()) this.#add('invalid_encoding', 'should hold no lone surrogate, such as \\ud800 alone')
  }

  #checkNumber(token: string): void {
    const detail = numberFault(token)
    if (detail !== undefined) this.#add('invalid_number', detail)
  }

  #add(code: string, detail: string): void {
    this.faults.push({ pointer: pointerOf(this.#path), code, detail })
    if (this.faults.length === faultsMax) throw enough
  }

  #addLast(detail: string): void {
    this.#add('too_many', detail)
    throw enough
  }
}

/** Why a number is not one that may be sent: each is a whole number, written as one. `true`, `false` and `null` are none. */
function numberFault(token: string): string | undefined {
  if (!/^-?\d/.test(token)) return undefined
  if (/^(?:0|-?[1-9]\d{0,15})$/.test(token) && Number.isSafeInteger(Number(token))) return undefined
  if (token === '-0') return 'is -0: send 0'
  if (/^-?\d+$/.test(token)) return `is ${shorten(token)}, which goes beyond what a number in JSON holds exactly`
  return `is ${shorten(token)}: send a whole number, without a point or an exponent. ${minorUnits(token)}`
}

/** Several languages print twenty as 20.00, and to take that for twenty cents would be off by a hundred. */
function minorUnits(token: string): string {
  const [, whole = '20', decimals = '00'] = /^(-?\d{1,13})\.(\d{1,2})$/.exec(token) ?? []
  const minor = `${whole}${decimals.padEnd(2, '0')}`.replace(/^(-?)0+(?=\d)/, '$1')
  return `Amounts are in minor units of their currency: for ${whole}.${decimals} in one of two decimals send ${minor}`
}
