import { expect, test } from 'vitest'
import { firstIdAt, newId } from '../../../src/core/id/id.ts'
import { endOfTotals, nextStep } from '../../../src/ledger/settlements/clearing-step.ts'
import { now } from './books.ts'

const minutes = (count: number) => now.getTime() - count * 60_000

test('entries are added to totals once they are ten minutes old', () => {
  expect(endOfTotals(now)).toBe(firstIdAt(minutes(10)))
})

test('an hour of entries is added from the first one on', () => {
  const first = newId(7, minutes(90))
  expect(nextStep(first, endOfTotals(now))).toEqual({ from: first, to: firstIdAt(minutes(30)) })
})

test('no entry from the end on is added', () => {
  const first = newId(7, minutes(40))
  expect(nextStep(first, endOfTotals(now))).toEqual({ from: first, to: firstIdAt(minutes(10)) })
})

test('where there is no entry, the place is the end', () => {
  const end = endOfTotals(now)
  expect(nextStep(undefined, end)).toEqual({ from: end, to: end })
})
