import { expect, test } from 'vitest'
import { eventTypes } from '../../src/events/registry.ts'
import { type EventSchema, resolved, schemaOfEvent } from './event-schema.ts'

// Standard Webhooks recommends bodies of less than 20 kB. What is built here is the largest event of each type that the limits of its
// fields allow, of letters that take three bytes each: other letters take fewer bytes for what counts as a character.

const bytesMax = 20_000
const letter = '€'

// What the schemas say with more room than there is.
const listedMax: Readonly<Record<string, number>> = { applied: 20, skipped: 20 }
const linesBytesMax = 9_000
const addresses = new Set(['document_url', 'url', 'return_url', 'qr_svg_url', 'qr_png_url', 'cancel_url'])

/** The longest value by a schema. */
function largest(schema: EventSchema, name: string): unknown {
  const whole = resolved(schema)
  const { const: only, enum: some, anyOf, type, properties, items, additionalProperties } = whole
  if (only !== undefined) return only
  if (some !== undefined) return longest(some)
  if (anyOf !== undefined) return longest(anyOf.map((one) => largest(one, name)))
  if (type === 'integer' || type === 'number') return longest([whole.minimum ?? -1e15, whole.maximum ?? 1e15])
  if (type === 'boolean') return false
  if (type === 'array') return largestList(items ?? {}, name, whole.maxItems ?? Number.POSITIVE_INFINITY)
  if (properties !== undefined) {
    return Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, largest(one, key)]))
  }
  if (type === 'object') return largestRecord(additionalProperties as EventSchema, whole.maxProperties ?? 0)
  return largestText(whole, name)
}

function largestList(items: EventSchema, name: string, max: number): unknown[] {
  const one = largest(items, name)
  const count = listedMax[name] ?? Math.min(max, 1_000)
  const list = Array.from({ length: count }, () => one)
  if (name !== 'lines') return list
  while (Buffer.byteLength(JSON.stringify(list)) > linesBytesMax) list.pop()
  return list
}

function largestRecord(value: EventSchema, count: number): Record<string, unknown> {
  const keys = Array.from({ length: count }, (_, index) => letter.repeat(39) + index)
  return Object.fromEntries(keys.map((key) => [key, largest(value, key)]))
}

function largestText({ maxLength, format, pattern }: EventSchema, name: string): string {
  if (format === 'date-time') return '2026-11-23T10:05:55.984Z'
  if (format === 'date') return '2026-11-23'
  // What is short is a word or a number of this API, such as a rule or an id.
  const isAscii = pattern !== undefined || format !== undefined || addresses.has(name) || (maxLength ?? 0) <= 50
  return (isAscii ? 'a' : letter).repeat(maxLength ?? 0)
}

const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))
const longest = (values: readonly unknown[]) => values.toSorted((one, other) => sizeOf(other) - sizeOf(one))[0]

/**
 * The types whose largest event is larger, with its bytes: metadata takes up to 16 kB, and the lines of a bill or an explanation come
 * besides. `payment.reversed` and those of refunds have no limit: they name each obligation, a thousand here, with 78 bytes. docs/guides/webhook-setup.md tells
 * receivers.
 */
const larger: Readonly<Record<string, number>> = {
  'obligation.amount_applied': 23_094,
  'payment.amount_unapplied': 21_771,
  'payment.reversed': 83_316,
  'payment.refunded': 83_447,
  'payment.refund_failed': 85_027,
  'customer.balance_adjusted': 20_971,
  'account.balance_adjusted': 20_137,
  'bill.created': 28_431,
  'bill.updated': 28_431,
  'bill.balance_adjusted': 30_471,
  'bill.written_off': 30_466,
  'bill.paid': 28_300,
  'bill.voided': 28_430,
  'payment_session.created': 21_173,
  'payment_session.updated': 21_173,
  'payment_session.completed': 21_175,
}

test('the largest event of each type has less than 20 kB, but for those that are named with their size', () => {
  const sizes = eventTypes.map((type) => [type, sizeOf(largest(schemaOfEvent(type), type))] as const)
  expect(Object.fromEntries(sizes.filter(([, bytes]) => bytes >= bytesMax))).toEqual(larger)
})
