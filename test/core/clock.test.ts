import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatInstant } from '../../src/core/clock.ts'

const anyMs = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2200, 0, 1) })

describe('an instant', () => {
  test('is shown as its own, also in turns with one some milliseconds away', () => {
    fc.assert(
      fc.property(anyMs, fc.integer({ min: -256, max: 256 }), (ms, away) => {
        const instants = [ms, ms + away, ms, ms + away].map((one) => new Date(one))
        expect(instants.map(formatInstant)).toEqual(instants.map((one) => one.toISOString()))
      }),
    )
  })

  test('that is none is not shown', () => {
    expect(() => formatInstant(new Date(Number.NaN))).toThrow(RangeError)
  })
})
