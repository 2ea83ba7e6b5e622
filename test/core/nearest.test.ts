import { expect, test } from 'vitest'
import { nearest } from '../../src/core/nearest.ts'

const names = ['start', 'demo', 'migrate', 'merchants', 'keys', 'verify']

test.each([
  ['strat', 'start'],
  ['stat', 'start'],
  ['sstart', 'start'],
  ['START', 'start'],
  ['mirgate', 'migrate'],
  ['merchant', 'merchants'],
  ['key', 'keys'],
  ['verfiy', 'verify'],
  ['start', 'start'],
])('%s is most likely %s', (text, meant) => {
  expect(nearest(text, names)).toBe(meant)
})

test.each(['', 's', 'stop', 'run', 'something else'])('%s is near to none', (text) => {
  expect(nearest(text, names)).toBeUndefined()
})

test('nothing is near a text longer than any name, however long it is', () => {
  expect(nearest('a'.repeat(65), ['a'.repeat(64)])).toBeUndefined()
  expect(nearest('a'.repeat(100_000_000), ['a'.repeat(64)])).toBeUndefined()
})
