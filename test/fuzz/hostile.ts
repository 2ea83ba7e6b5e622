import type { Call, Place } from './operations.ts'
import { withValue } from './operations.ts'

/** A family of inputs that grow: `make(n)` has about n bytes. */
export type Shape = { what: string; make(size: number): Buffer }

const fill = (piece: string, size: number) => piece.repeat(Math.max(1, Math.floor(size / Buffer.byteLength(piece))))
const shape = (what: string, make: (size: number) => string): Shape => ({
  what,
  make: (size) => Buffer.from(make(size)),
})

/** Texts on which an expression with two open repeats, a comparison or a normal form would be slow. */
export const hostileTexts: [string, (size: number) => string][] = [
  ['letters', (size) => fill('a', size)],
  ['digits', (size) => `+1${fill('1', size)}`],
  ['digits and a letter', (size) => `1${fill('9', size)}x`],
  ['spaces between', (size) => `1${fill(' ', size)}x`],
  ['spaces and dashes', (size) => `1${fill(' -', size)}x`],
  ['no-break spaces', (size) => `a${fill('\u00a0', size)}`],
  ['dots', (size) => fill('a.', size)],
  ['an address', (size) => `a@${fill('a.', size)}1`],
  ['at signs', (size) => fill('a@', size)],
  ['a host', (size) => `https://${fill('a.', size)}`],
  ['a host in another script', (size) => `https://${fill('水費', size)}.com`],
  ['a query', (size) => `https://example.com/?${fill('%zz', size)}`],
  ['slashes', (size) => `https://example.com/${fill('/../', size)}`],
  ['brackets', (size) => fill('[', size)],
  ['marks that are put in order', (size) => `a${fill('\u0301\u0323', size)}`],
  ['letters that come apart', (size) => fill('\u1e69', size)],
  ['a zone', (size) => `Africa/${fill('Nairobi/', size)}`],
  ['a time', (size) => `2026-01-01T00:00:00.${fill('0', size)}`],
  ['an id', (size) => `bcus_${fill('z', size)}`],
]

/** Bodies of JSON that are costly to read, whatever they are sent to. */
export const hostileBodies: Shape[] = [
  shape('deep lists', (size) => fill('[', size)),
  shape('deep lists that end', (size) => '['.repeat(size / 2) + ']'.repeat(size / 2)),
  shape('deep objects', (size) => fill('{"a":', size)),
  shape('members', (size) => `{${list(size, (at) => `"k${at}":0`)}}`),
  shape('one member again and again', (size) => `{${fill('"a":0,', size)}"a":0}`),
  shape('prototypes', (size) => `{${fill('"__proto__":{},', size)}"a":0}`),
  shape('items', (size) => `[${fill('0,', size)}0]`),
  shape('empty objects', (size) => `[${fill('{},', size)}{}]`),
  shape(
    'members in every level',
    (size) => `${fill(`{${list(300, (at) => `"k${at}":0`)},"a":`, Math.min(size, 8_000))}0`,
  ),
  shape('objects of a hundred', (size) => `[${fill(`{${list(800, (at) => `"k${at}":0`)}},`, size)}0]`),
  shape('a name', (size) => `{"${fill('a', size)}":0}`),
  shape('a number', (size) => `{"amount":${fill('9', size)}}`),
  shape('a fraction', (size) => `{"amount":0.${fill('0', size)}1}`),
  shape('an exponent', (size) => `{"amount":1e${fill('9', size)}}`),
  shape('numbers', (size) => `[${fill('1.5,', size)}0]`),
  shape('quotes', (size) => `{"a":"${fill('\\"', size)}"}`),
  shape('backslashes', (size) => `{"a":"${fill('\\\\', size)}"}`),
  shape('escapes', (size) => `{"a":"${fill('\\u0061', size)}"}`),
  shape('half surrogates', (size) => `[${fill('"\\ud800",', size)}0]`),
  shape('white space', (size) => `{${fill(' ', size)}}`),
  shape('colons', (size) => fill(':', size)),
  shape('minus signs', (size) => fill('-', size)),
  {
    what: 'bytes that are no text',
    make: (size) => Buffer.concat([Buffer.from(fill('é', size)), Buffer.from([0xff])]),
  },
]

/** Those of them that get past the reader, or nearly: what becomes of them depends on the operation. */
export const hostileStructures = hostileBodies.filter(({ what }) =>
  ['deep lists that end', 'members', 'empty objects', 'objects of a hundred', 'a name', 'numbers', 'quotes'].includes(
    what,
  ),
)

function list(size: number, item: (at: number) => string): string {
  const items: string[] = []
  for (let length = 0; length < size; length += (items.at(-1) as string).length + 1) items.push(item(items.length))
  return items.join(',')
}

/** One place of each kind: with the same name and the same schema, the same is done with what stands there. */
export function differentPlaces(calls: readonly Call[]): { call: Call; place: Place }[] {
  const all = calls.flatMap((call) => call.places.map((place) => ({ call, place })))
  const kind = ({ place: { path, schema } }: (typeof all)[number]) =>
    JSON.stringify([path.at(-1), path.includes(0), schema])
  return [...new Map(all.map((one) => [kind(one), one])).values()]
}

/** Bodies of one operation in which one place is costly: each text in a text, many items in a list, many keys of metadata. */
export function hostileValues({ body }: Call, place: Place): Shape[] {
  const { path, type } = place
  const at = (where: Place['path'], what: string, value: (size: number) => unknown): Shape =>
    shape(`/${where.join('/')}: ${what}`, (size) => JSON.stringify(withValue(body, where, value(size))))
  const list = path.lastIndexOf(0)
  const items =
    list < 0 ? [] : [at(path.slice(0, list), 'items', (size) => Array.from({ length: size / 3 }, () => ({})))]
  if (type !== 'string') return items
  const texts = hostileTexts.map(([what, make]) => at(path, what, make))
  return path.at(-1) === 'k' ? [...texts, ...items, ...keys(place, body)] : [...texts, ...items]
}

function keys({ path }: Place, body: unknown): Shape[] {
  const members = (size: number) =>
    Object.fromEntries(Array.from({ length: size / 12 }, (_, at) => [`k${at.toString(36)}`, 'v']))
  const where = path.slice(0, -1)
  return [
    shape(`/${where.join('/')}: keys`, (size) => JSON.stringify(withValue(body, where, members(size)))),
    shape(`/${where.join('/')}: a key`, (size) => JSON.stringify(withValue(body, where, { [fill('k]', size)]: 'v' }))),
  ]
}

/** What stands after `?`, and bodies of forms. */
export const hostilePairs: Shape[] = [
  shape('one name again and again', (size) => fill('a&', size)),
  shape('a tracked name again and again', (size) => fill('utm_source=a&', size)),
  shape('names in brackets', (size) => fill('metadata[a]=1&', size)),
  shape('other names in brackets', (size) => list(size, (at) => `metadata[${at}]=1`).replaceAll(',', '&')),
  shape('names', (size) => list(size, (at) => `a${at}=1`).replaceAll(',', '&')),
  shape('ampersands', (size) => fill('&', size)),
  shape('equals signs', (size) => fill('=', size)),
  shape('open brackets', (size) => fill('[', size)),
  shape('pairs of brackets', (size) => fill('a[b]', size)),
  shape('percent signs', (size) => fill('%', size)),
  shape('encoded letters', (size) => fill('%41', size)),
  shape('encoded bytes that are no text', (size) => `${fill('%c3%a9', size)}%ff`),
  shape('plus signs', (size) => fill('+', size)),
]

/** Values of headers. */
export const hostileHeaders: [string, (size: number) => string][] = [
  ['spaces', (size) => `Bearer${fill(' ', size)}`],
  ['letters', (size) => `Bearer ${fill('a', size)}`],
  ['quotes', (size) => fill('"', size)],
  ['tags', (size) => fill('"a",', size)],
  ['weak tags', (size) => fill('W/"a",', size)],
  ['commas', (size) => fill(',', size)],
  ['parameters', (size) => `application/json${fill(';a=b', size)}`],
  ['charsets', (size) => `application/json${fill(';charset=utf-8', size)}`],
  ['an open parameter', (size) => `application/json;a="${fill('\\', size)}`],
  ['spaces in parameters', (size) => `application/json;${fill(' ', size)}x`],
]
