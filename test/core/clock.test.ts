import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { earlierOf, formatInstant, laterOf, parseInstant, settableClock, systemClock } from '../../src/core/clock.ts'
import { seedOf } from '../support/seed.ts'

const anyMs = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2200, 0, 1) })

describe('a clock', () => {
  test('is that of the system', () => {
    const before = Date.now()
    const now = systemClock.now().getTime()
    expect([now >= before, now <= Date.now()]).toEqual([true, true])
  })

  test('that is set stands still until it is moved', () => {
    const clock = settableClock(new Date(1_000))
    expect([clock.now(), clock.now()]).toEqual([new Date(1_000), new Date(1_000)])
    clock.advance(5)
    expect(clock.now()).toEqual(new Date(1_005))
    clock.set(new Date(10))
    expect(clock.now()).toEqual(new Date(10))
  })
})

test('of two instants one is the earlier and the other the later', () => {
  const [early, late] = [new Date(1), new Date(2)]
  expect([earlierOf(early, late), earlierOf(late, early)]).toEqual([early, early])
  expect([laterOf(early, late), laterOf(late, early)]).toEqual([late, late])
})

describe('an instant', () => {
  test('is shown as its own, also in turns with one some milliseconds away', () => {
    fc.assert(
      fc.property(anyMs, fc.integer({ min: -256, max: 256 }), (ms, away) => {
        const instants = [ms, ms + away, ms, ms + away].map((one) => new Date(one))
        expect(instants.map(formatInstant)).toEqual(instants.map((one) => one.toISOString()))
      }),
      { seed: seedOf('SEED') },
    )
  })

  test('that is none is not shown', () => {
    expect(() => formatInstant(new Date(Number.NaN))).toThrow(RangeError)
  })
})

describe('an instant as it is sent', () => {
  test.each([
    ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31t09:30:00z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31 09:30:00Z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31T09:30Z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31T09:30:00.1Z', '2026-01-31T09:30:00.100Z'],
    ['2026-01-31T09:30:00.9999999999Z', '2026-01-31T09:30:00.999Z'],
    ['2026-01-31T00:30:00+02:00', '2026-01-30T22:30:00.000Z'],
    ['2026-01-31T23:30:00-05:45', '2026-02-01T05:15:00.000Z'],
    ['2026-01-31T09:30:00-00:00', '2026-01-31T09:30:00.000Z'],
    ['2024-02-29T00:00:00+00:00', '2024-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.999Z'],
    ['2016-12-31T18:59:60.5-05:00', '2016-12-31T23:59:59.999Z'],
  ])('%s is %s', (sent, read) => {
    expect(parseInstant(sent)?.toISOString()).toBe(read)
  })

  test.each([
    '2026-01-31',
    '2026-01-31T09:30:00',
    '2026-01-31T09:30:00 02:00',
    '2026-01-31T09:30:00+0200',
    '2026-01-31T09:30:00+24:00',
    '2026-01-31T09:30:00+02:60',
    '2026-01-31T24:00:00Z',
    '2026-01-31T09:60:00Z',
    '2026-01-31T09:30:60Z',
    '2026-01-31T23:59:61Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-31T09:30:00.Z',
    '2026-01-31T09:30:00,5Z',
    '+002026-01-31T09:30:00Z',
    '２026-01-31T09:30:00Z',
    '2026-01-31T09:30:00Z\n',
    '',
  ])('%j is none', (sent) => {
    expect(parseInstant(sent)).toBeUndefined()
  })

  test('says the same in every form', () => {
    fc.assert(
      fc.property(anyMs, fc.integer({ min: -1439, max: 1439 }), (ms, minutes) => {
        const sign = minutes < 0 ? '-' : '+'
        const two = (value: number) => String(value).padStart(2, '0')
        const offset = `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
        const local = new Date(ms + minutes * 60_000).toISOString().slice(0, -1)
        expect(parseInstant(`${local}${offset}`)?.getTime()).toBe(ms)
        expect(parseInstant(`${local}999${offset}`.replace('T', ' '))?.getTime()).toBe(ms)
      }),
      { seed: seedOf('SEED') },
    )
  })
})
