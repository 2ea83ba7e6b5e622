import fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstOfChosen } from '../../src/payments/session/first-of-chosen.ts'
import { seedOf } from '../support/seed.ts'

const spent = (amounts: bigint[], arrived: bigint) =>
  firstOfChosen(
    amounts.map((amount, at) => ({ receivable_id: `b${at}`, amount })),
    arrived,
  ).map(({ receivable_id, amount }) => `${receivable_id}: ${amount}`)

test('what was chosen first is paid first, as far as the money goes', () => {
  expect(spent([30n, 50n, 20n], 100n)).toEqual(['b0: 30', 'b1: 50', 'b2: 20'])
  expect(spent([30n, 50n, 20n], 40n)).toEqual(['b0: 30', 'b1: 10'])
  expect(spent([30n, 50n, 20n], 30n)).toEqual(['b0: 30'])
  expect(spent([30n, 50n], 200n)).toEqual(['b0: 30', 'b1: 50'])
  expect(spent([30n], 0n)).toEqual([])
})

test('whatever was chosen, all of the money is spent or all that was chosen is paid', () => {
  const amounts = fc.array(fc.bigInt({ min: 1n, max: 1_000n }), { maxLength: 8 })
  fc.assert(
    fc.property(amounts, fc.bigInt({ min: 0n, max: 5_000n }), (list, arrived) => {
      const chosen = list.map((amount, at) => ({ receivable_id: `b${at}`, amount }))
      const total = (parts: { amount: bigint }[]) => parts.reduce((sum, { amount }) => sum + amount, 0n)
      const wanted = total(chosen)
      expect(total(firstOfChosen(chosen, arrived))).toBe(wanted < arrived ? wanted : arrived)
    }),
    { seed: seedOf('SEED') },
  )
})
