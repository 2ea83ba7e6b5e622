import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holdsCardNumber } from '../../src/core/card-number.ts'
import { newTransferCode, readTransferCode, shownTransferCode, transferCodesIn } from '../../src/core/transfer-code.ts'
import { seedOf } from '../support/seed.ts'

const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const same: Record<string, string> = { O: '0', I: '1', L: '1', S: '5', U: 'V' }
const canonical = (one: string) => same[one] ?? one

const code = fc.noShrink(fc.constant(null).map(() => newTransferCode()))
const place = fc.nat(11)

describe('a code', () => {
  test('is twelve characters that are not taken for others, and is read back', () => {
    fc.assert(
      fc.property(code, (one) => {
        expect(one).toMatch(/^PX[0-9A-HJKMNP-RTV-Z]{10}$/)
        expect(readTransferCode(one)).toBe(one)
        expect(transferCodesIn(one)).toEqual([one])
        expect(shownTransferCode(one)).toMatch(/^\w{4} \w{4} \w{4}$/)
      }),
      { seed: seedOf('SEED') },
    )
  })

  test('with any one character wrong is refused', () => {
    fc.assert(
      fc.property(code, place, fc.constantFrom(...characters), (one, at, wrong) => {
        fc.pre(canonical(wrong) !== one[at])
        expect(transferCodesIn(one.slice(0, at) + wrong + one.slice(at + 1))).toEqual([])
      }),
      { numRuns: 5_000, seed: seedOf('SEED') },
    )
  })

  test('with any two neighbours swapped is refused', () => {
    fc.assert(
      fc.property(code, fc.nat(10), (one, at) => {
        fc.pre(one[at] !== one[at + 1])
        expect(transferCodesIn(one.slice(0, at) + one[at + 1] + one[at] + one.slice(at + 2))).toEqual([])
      }),
      { numRuns: 5_000, seed: seedOf('SEED') },
    )
  })

  test('is never taken for the number of a card, however it is written', () => {
    fc.assert(
      fc.property(code, (one) => {
        for (const text of [one, shownTransferCode(one), [...one].join(' ')]) expect(holdsCardNumber(text)).toBe(false)
      }),
      { numRuns: 2_000, seed: seedOf('SEED') },
    )
  })

  test('survives what banks do to texts: case, what stands between, lookalikes, words before and behind', () => {
    const between = fc.constantFrom('', ' ', '-', '/', '.', '  ', '\n', ', ')
    const confusable: Record<string, string> = { 0: 'O', 1: 'I', 5: 'S', V: 'U' }
    fc.assert(
      fc.property(code, fc.array(between, { minLength: 12, maxLength: 12 }), fc.boolean(), (one, gaps, lower) => {
        const mangled = [...one].map((character, at) => (confusable[character] ?? character) + gaps[at]).join('')
        const text = `REF ${mangled}WATER 2026`
        expect(transferCodesIn(lower ? text.toLowerCase() : text)).toContain(one)
      }),
      { numRuns: 2_000, seed: seedOf('SEED') },
    )
  })
})

describe('texts without a code', () => {
  test.each(['', 'PX', 'INV-0042', 'PX7K 9Q2M XR4', 'txn_0352VzrQ4cUQb1kTtqPkQ2', 'PX'.repeat(500)])('%s', (text) => {
    expect(transferCodesIn(text)).toEqual([])
    expect(readTransferCode(text)).toBeUndefined()
  })

  test('of any characters are read in time that grows with their length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1_000 }), (text) => void transferCodesIn(text)),
      { seed: seedOf('SEED') },
    )
    const long = `P${'-'.repeat(1_000)}`.repeat(1_000)
    const begun = performance.now()
    transferCodesIn(long)
    expect(performance.now() - begun).toBeLessThan(3_000)
  })

  test('that are not a code alone are not read as one', () => {
    const one = newTransferCode()
    expect(readTransferCode(`${one}7`)).toBeUndefined()
    expect(readTransferCode(`A ${one}`)).toBeUndefined()
    expect(readTransferCode(`${one} ${newTransferCode()}`)).toBeUndefined()
  })
})
