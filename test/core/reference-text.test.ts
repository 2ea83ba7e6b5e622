import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparableReference, referenceFault } from '../../src/core/reference-text.ts'
import { seedOf } from '../support/seed.ts'

describe('references that look alike are one', () => {
  test.each([
    ['composed or not', 'Cafe\u0301 7', 'Caf\u00e9 7'],
    ['white space around', '  INV 7\t', 'INV 7'],
    ['a line end', 'INV 7\r\n', 'INV 7'],
    ['a no-break space', 'INV\u00a07', 'INV 7'],
    ['a narrow no-break space', 'INV\u202f7', 'INV 7'],
    ['a run of spaces', 'INV \u2003\n 7', 'INV 7'],
    ['the line end of a mainframe', 'INV\u00857', 'INV 7'],
    ['an ideographic space', 'INV\u30007', 'INV 7'],
    ['the sign of an ångström', '\u212b', '\u00c5'],
  ])('%s', (_name, sent, compared) => {
    expect(referenceFault(sent)).toBeUndefined()
    expect(comparableReference(sent)).toBe(compared)
  })

  test('and others are not', () => {
    for (const [one, other] of [
      ['inv 7', 'INV 7'],
      ['INV7', 'INV 7'],
      ['INV-7', 'INV‐7'],
      ['ﬁ', 'fi'],
      ['１', '1'],
    ] as const) {
      expect(comparableReference(one)).not.toBe(comparableReference(other))
    }
  })

  test('the form of a form is itself, and plain ASCII is its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const form = comparableReference(text)
        expect(comparableReference(form)).toBe(form)
        for (const normal of ['NFC', 'NFD'] as const) expect(comparableReference(text.normalize(normal))).toBe(form)
      }),
      { seed: seedOf('SEED') },
    )
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ minLength: 1 }).filter((word) => !word.includes(' ')),
          { minLength: 1 },
        ),
        (words) => {
          const text = words.join(' ')
          expect([referenceFault(text), comparableReference(text)]).toEqual([undefined, text])
        },
      ),
      { seed: seedOf('SEED') },
    )
  })
})

test.each([
  ['a zero-width space', '\u200b'],
  ['a zero-width joiner', '\u200d'],
  ['a mark of byte order', '\ufeff'],
  ['a soft hyphen', '\u00ad'],
  ['an override of the direction', '\u202e'],
  ['an isolate', '\u2066'],
  ['a control character', '\u0007'],
  ['an escape', '\u001b'],
  ['a control of the second kind', '\u0080'],
  ['a private one', '\ue000'],
  ['an unassigned one', '\u0378'],
  ['a variation selector', '\ufe0f'],
  ['a filler of Hangul', '\u3164'],
  ['a grapheme joiner', '\u034f'],
  ['a blank of braille', '\u2800'],
  ['a tag', '\u{e0041}'],
  ['half of a surrogate pair', '\ud800'],
])('%s cannot be seen, so it is refused', (_name, character) => {
  for (const text of [`INV${character}7`, `${character}INV 7`, `INV 7${character}`, character]) {
    expect(referenceFault(text)).toContain('cannot be seen, U+')
  }
})

test('white space alone is no reference', () => {
  expect(referenceFault(' \u00a0\n')).toBe('should hold more than white space')
})
