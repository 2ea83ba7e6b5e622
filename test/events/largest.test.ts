import { describe, expect, test } from 'vitest'
import { newId } from '../../src/core/id/id.ts'
import { renderEvent } from '../../src/events/outbox.ts'
import { wholeBody } from '../../src/events/personal.ts'
import { type DataOf, type EventType, events, eventTypes } from '../../src/events/registry.ts'
import { type EventSchema, resolved, schemaOfEvent } from './event-schema.ts'

// Standard Webhooks recommends bodies of less than 20 kB. What is built here is the largest data of each type that the limits of its
// fields allow.

const bytesLimit = 20_000
// As JSON a control character takes six bytes, and nothing that counts as one character takes more. Keys of metadata hold none.
const letter = '\u0001'
const keyLetter = '€'

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
  const keys = Array.from({ length: count }, (_, index) => keyLetter.repeat(39) + index)
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

const schemaOfData = (type: string) => resolved(resolved(schemaOfEvent(type)).properties?.data as EventSchema)
const largestData = (type: EventType) => largest(schemaOfData(type), type) as Record<string, unknown>

/** An event of this data as it is sent to the endpoints, and as it is once its personal fields are erased. */
function rendered(type: EventType, data: object) {
  const created_at = new Date('2026-11-23T10:05:55.984Z')
  const id = newId(0, created_at.getTime())
  const event = { id, bucket: 0, type, subject_id: id, created_at, data: data as DataOf<EventType> }
  const parts = renderEvent({ id: 1, mode: 'test' }, event)
  const body = wholeBody(parts)
  return {
    bytes: Buffer.byteLength(body),
    ...JSON.parse(body),
    erased: JSON.parse(wholeBody({ ...parts, personal: null })),
  }
}

test.each(eventTypes)('%s has less than 20 kB whatever it tells, and names what it leaves out', (type) => {
  const data = largestData(type)
  const told = rendered(type, data)
  expect(told.bytes).toBeLessThan(bytesLimit)
  const missing = events[type].omittable.filter((name) => name in data && !(name in told.data))
  expect(told.omitted ?? []).toEqual(missing)
  expect({ ...told.data, ...Object.fromEntries(missing.map((name) => [name, data[name]])) }).toEqual(data)
  expect(schemaOfData(type).required?.filter((name) => missing.includes(name)) ?? []).toEqual([])
})

test.each(eventTypes)('%s is whole as its sample', (type) => {
  const { sample } = events[type]
  const told = rendered(type, sample)
  expect(told).toMatchObject({ data: sample })
  expect(told).not.toHaveProperty('omitted')
})

describe('an event that would be too long', () => {
  const reversed = (count: number) => {
    const { sample } = events['payment.reversed']
    return rendered('payment.reversed', { ...sample, obligations: Array(count).fill(sample.obligations?.[0]) })
  }

  test('is the first that would have 20 kB', () => {
    const each = reversed(2).bytes - reversed(1).bytes
    const most = 1 + Math.floor((bytesLimit - 1 - reversed(1).bytes) / each)
    expect(reversed(most).data.obligations).toHaveLength(most)
    expect(reversed(most + 1)).toMatchObject({ omitted: ['obligations'], data: { reason: expect.any(String) } })
    expect(reversed(most + 1).data).not.toHaveProperty('obligations')
  })

  test('is told without more than that, and keeps metadata if it can', () => {
    const { lines } = largestData('bill.created')
    const metadata = { note: '€'.repeat(4_000) }
    const told = rendered('bill.created', { ...events['bill.created'].sample, lines, metadata })
    expect([told.omitted, told.data.metadata]).toEqual([['lines'], metadata])
  })

  test('still says what it left out once its personal fields are erased', () => {
    const { erased } = rendered('bill.created', largestData('bill.created'))
    expect(erased.omitted).toEqual(['lines', 'metadata'])
    expect(erased.data).not.toHaveProperty('metadata')
  })
})
