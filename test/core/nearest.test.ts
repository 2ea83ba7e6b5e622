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
