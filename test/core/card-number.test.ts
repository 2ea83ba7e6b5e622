import { describe, expect, test } from 'vitest'
import { holdsCardNumber } from '../../src/core/card-number.ts'

// The schemes' own numbers for tests.
const cards = [
  '4111111111111111',
  '4000000000000000006',
  '5555555555554444',
  '2221000000000009',
  '2720990000000007',
  '378282246310005',
  '341111111111111',
  '6011111111111117',
  '6445644564456445',
  '6504840000000000009',
  '3530111333300000',
  '3589000000000003',
  '3600000000000008',
  '6212341111111111116',
  '5060666666666666666',
]

describe('a text with a card number', () => {
  test.each(cards)('%s, in any spelling', (card) => {
    const groups = card.match(/.{1,4}/g) as string[]
    for (const spelt of [
      card,
      groups.join(' '),
      groups.join('-'),
      groups.join(' - '),
      groups.join('\u00a0'),
      groups.join('\u2011'),
      [...card].join(' '),
      `card: ${card}.`,
      `visa${card}`,
      `${groups.join(' ')} 12/34 123`,
      `${groups.join(' ')} 12 34 123`,
      `paid 7 of 12 with\n${card}\ton 2026-01-31`,
    ]) {
      expect([spelt, holdsCardNumber(spelt)]).toEqual([spelt, true])
    }
  })
})

describe('a text with other numbers', () => {
  test.each([
    '',
    'Thandi Nkosi',
    '4111111111111112',
    '411111111111111',
    '41111111111111111',
    '411111111111111111111111111111',
    '4111.1111.1111.1111',
    '4111 / 1111 / 1111 / 1111',
    '+27 82 123 4567, +27 82 765 4321',
    '2026-01-31 2026-02-28',
    // A device's number (IMEI) has a check digit, and may begin as a JCB card does.
    '353011133330008',
    '1700000000000000000',
    'ZA 1234 5678 9012 3456 7890',
    '0000 0000 0000 0000',
  ])('%s', (text) => {
    expect(holdsCardNumber(text)).toBe(false)
  })
})

test('is looked for in a time that grows with the text', () => {
  const timeOf = (text: string) => {
    const started = performance.now()
    holdsCardNumber(text)
    return performance.now() - started
  }
  for (const part of ['4', '4 ', '4111-', '411111111111111 ', '4 - ', '41111111111111111111 ']) {
    const small = Math.min(...[1, 2, 3].map(() => timeOf(part.repeat(2_000))))
    const large = Math.min(...[1, 2, 3].map(() => timeOf(part.repeat(20_000))))
    expect([part, large / small < 60 || large < 50]).toEqual([part, true])
  }
})
