import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../../src/core/id/base62.ts'
import { bucketCount, bucketOf, formatId, newId, parseId, timeOf } from '../../../src/core/id/id.ts'
import { seedOf } from '../../support/seed.ts'

const anyBucket = fc.nat({ max: bucketCount - 1 })
const anyTime = fc.integer({ min: 0, max: 2 ** 48 - 1 })

describe('an id', () => {
  test('carries its time and its bucket', () => {
    fc.assert(
      fc.property(anyBucket, anyTime, (bucket, time) => {
        const id = newId(bucket, time)
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
        expect([bucketOf(id), timeOf(id)]).toEqual([bucket, time])
      }),
      { seed: seedOf('SEED') },
    )
  })

  test('is shown as its prefix and 22 base62 characters, and read back', () => {
    fc.assert(
      fc.property(anyBucket, anyTime, (bucket, time) => {
        const id = newId(bucket, time)
        const shown = formatId('event', id)
        expect(shown).toMatch(/^evt_[a-zA-Z0-9]{22}$/)
        expect(parseId('event', shown)).toBe(id)
        expect(parseId('payment', shown)).toBeUndefined()
      }),
      { seed: seedOf('SEED') },
    )
  })

  test('shown ids sort as the ids do', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (one, other) => {
        expect(encode(one) < encode(other)).toBe(one < other)
      }),
      { seed: seedOf('SEED') },
    )
  })

  test('those made in one millisecond differ and keep their order', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => newId(65_535 - index, 1_700_000_000_000))
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.toSorted()).toEqual(ids)
  })

  test.each(['', 'a', 'z'.repeat(22), '0'.repeat(21), '0'.repeat(23), `${'0'.repeat(21)}-`, `${'0'.repeat(21)}é`])(
    '%s is none',
    (shown) => {
      expect(decode(shown)).toBeUndefined()
    },
  )

  test('two that end alike are each shown as their own, also in turns', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (one, other) => {
        const alike = other.slice(0, 24) + one.slice(24)
        const shown = [encode(one), encode(alike), encode(one), encode(alike)]
        expect(shown.map(decode)).toEqual([one, alike, one, alike])
      }),
      { seed: seedOf('SEED') },
    )
  })

  test('the smallest and the largest', () => {
    expect(encode('00000000-0000-0000-0000-000000000000')).toBe('0'.repeat(22))
    const largest = encode('ffffffff-ffff-ffff-ffff-ffffffffffff')
    expect(largest).toBe('7n42DGM5Tflk9n8mt7Fhc7')
    expect(decode(largest)).toBe('ffffffff-ffff-ffff-ffff-ffffffffffff')
    expect(decode('7n42DGM5Tflk9n8mt7Fhc8')).toBeUndefined()
  })
})
