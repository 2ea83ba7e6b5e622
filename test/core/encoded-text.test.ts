import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodePercent, decodeUtf8, invalidUtf8At } from '../../src/core/encoded-text.ts'
import { seedOf } from '../support/seed.ts'

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

describe('bytes', () => {
  test.each([
    ['a Latin-1 letter', '61 e9 62', 1],
    ['a byte that continues nothing', '61 62 80', 2],
    ['an overlong slash', 'c0 af', 0],
    ['an overlong of three', '61 e0 9f bf', 1],
    ['an overlong of four', 'f0 8f bf bf', 0],
    ['a surrogate', '61 ed a0 80', 1],
    ['beyond the last code point', 'f4 90 80 80', 0],
    ['a cut sequence at the end', '61 e2 82', 1],
    ['a cut sequence within', 'e2 82 61', 0],
    ['UTF-16', 'ff fe 7b 00', 0],
  ])('%s are refused where they go wrong', (_name, hex, at) => {
    const bytes = bytesOf(hex)
    expect(() => decodeUtf8(bytes, 'The body')).toThrow(`The body is not UTF-8: it goes wrong at byte ${at} (0x`)
  })

  test('that are UTF-8 are the text, a mark before it included', () => {
    for (const text of ['', 'Café', '\ufeffa', '💧 R 20,00', '\u0000']) {
      expect(decodeUtf8(Buffer.from(text), 'The body')).toBe(text)
    }
  })

  test('are refused exactly when the platform refuses them, at the first that it cannot read', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const isText = (bytes: Uint8Array) => {
      try {
        return decoder.decode(bytes) !== undefined
      } catch {
        return false
      }
    }
    // Bytes that mean something, so that half sequences meet.
    const byte = fc.constantFrom(
      0x61,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xc2,
      0xe0,
      0xe9,
      0xed,
      0xf0,
      0xf4,
      0xf5,
    )
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 8 }), (list) => {
        const bytes = Uint8Array.from(list)
        const at = invalidUtf8At(bytes)
        expect(at === undefined).toBe(isText(bytes))
        if (at === undefined) return
        expect(isText(bytes.subarray(0, at))).toBe(true)
        for (let end = at + 1; end <= bytes.length; end++) expect(isText(bytes.subarray(0, end))).toBe(false)
      }),
      { numRuns: 1_500, seed: seedOf('SEED') },
    )
  })
})

describe('percent-encoding', () => {
  test.each([
    ['100%', 'a % at byte 3'],
    ['a%zz', 'a % at byte 1'],
    ['a=%e', 'a % at byte 2'],
    ['a=%c3%a9&b=%c3', 'not UTF-8: it goes wrong at byte 11'],
    ['%c0%af', 'not UTF-8: it goes wrong at byte 0'],
    ['x%ed%a0%80', 'not UTF-8: it goes wrong at byte 1'],
    ['é%ff', 'not UTF-8: it goes wrong at byte 2'],
  ])('%s is refused', (text, fault) => {
    expect(() => decodePercent(text, 'The query')).toThrow(fault)
  })

  test('gives back any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodePercent(encodeURIComponent(text), 'The query')).toBe(text)
      }),
    )
  })
})
