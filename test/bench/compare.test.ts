import { expect, test } from 'vitest'
import { openCheckout } from '../../bench/compare/checkout.ts'
import { readCompareOptions } from '../../bench/compare/options.ts'

test('the rows that are named choose the workloads', () => {
  expect(readCompareOptions(['--base', 'main', '--only', 'p2,P14', '--pairs', '4', '--slice-s', '0.5'])).toEqual({
    base: { revision: 'main' },
    kinds: ['payments', 'one_account', 'http_accounts'],
    pairs: 4,
    slice_s: 0.5,
  })
})

test.each([
  [[], 'Give either --base REV or --base-dir DIR.'],
  [['--base', 'main', '--base-dir', '.'], 'Give either --base REV or --base-dir DIR.'],
  [['--base', 'main', '--only', 'P9'], '--only knows P1, P2, P3 and P14, not P9.'],
  [['--base', 'main', '--pairs', 'none'], '--pairs should be a positive number.'],
])('%j is refused', (args, message) => {
  expect(() => readCompareOptions(args)).toThrow(message)
})

test('a checkout that cannot be measured is refused', () => {
  expect(() => openCheckout({ folder: 'docs' })).toThrow('docs has no bench/compare/side.ts and cannot be measured.')
})
