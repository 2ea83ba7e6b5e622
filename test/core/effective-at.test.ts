import { expect, test } from 'vitest'
import { effectiveAt, pastInstant } from '../../src/core/effective-at.ts'

const now = new Date('2026-11-27T10:00:00.000Z')

test.each([
  ['2026-11-27T09:00:00.000Z', '2026-11-27T09:00:00.000Z', '2026-11-27T09:00:00.000Z'],
  ['2026-11-27T10:00:00.000Z', '2026-11-27T10:00:00.000Z', '2026-11-27T10:00:00.000Z'],
  // The clock of a till is ahead by so much at most: it happened then, and takes effect now.
  ['2026-11-27T10:05:00.000Z', '2026-11-27T10:05:00.000Z', '2026-11-27T10:00:00.000Z'],
])('%s happened at %s and takes effect at %s', (sent, happened, takesEffect) => {
  expect(pastInstant(sent, now, '/at').toISOString()).toBe(happened)
  expect(effectiveAt(sent, now, '/at').toISOString()).toBe(takesEffect)
})

test('what is further ahead is refused, by its field', () => {
  for (const read of [pastInstant, effectiveAt]) {
    expect(() => read('2026-11-27T10:05:00.001Z', now, '/received_at')).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        errors: [expect.objectContaining({ pointer: '/received_at', detail: 'It is in the future.' })],
      }),
    )
  }
})
