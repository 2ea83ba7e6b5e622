import { expect, test } from 'vitest'
import type { Id } from '../../../src/core/id/id.ts'
import { applicable, partOf, refuseBeyondUnapplied } from '../../../src/ledger/corrections/applicable.ts'
import { ReceivableIndex } from '../../../src/ledger/receivable.ts'
import { anApplication, aPayment, aReceivable, refusal } from './rows.ts'

test('no more of a payment is applied than is unapplied', () => {
  const payment = aPayment(9n, { unapplied_amount: 5n })
  expect(refuseBeyondUnapplied(payment, 5n)).toBeUndefined()
  const detail = 'Only 5 of the payment is unapplied.'
  expect(refusal(() => refuseBeyondUnapplied(payment, 6n))).toEqual(['amount_exceeds_remaining', detail, '/amount'])
})

test('of an application what is left is reversed, or less', () => {
  const application = anApplication(50n, 20n)
  expect([undefined, 1n, 30n].map((wanted) => partOf(application, wanted))).toEqual([30n, 1n, 30n])
  const detail = 'Only 30 of the obligation is left.'
  expect(refusal(() => partOf(application, 31n))).toEqual(['amount_exceeds_remaining', detail, '/amount'])
  const none = ['payment_state', 'The whole obligation has been reversed already.']
  expect(refusal(() => partOf(anApplication(50n, 50n), undefined))).toEqual(none)
  expect(refusal(() => partOf(anApplication(50n, 50n), 1n))).toEqual(none)
})

test('money is applied by hand to what its customer owes, and the refusal names what is to blame', () => {
  const voided = aReceivable('void', 9n, { kind: 'bill', status: 'voided' })
  const usd = aReceivable('usd', 9n, { currency: 'USD' })
  const other = aReceivable('other', 9n, { customer_id: 'c2' as Id })
  const owes = aReceivable('owes', 9n)
  const index = new ReceivableIndex([voided, usd, other, owes])
  const at = (id: string, amount = 9n) =>
    applicable(index, { receivable_id: id as Id, amount, pointer: '/bill' }, aPayment(20n))
  expect(at('owes')).toBe(owes)
  expect(refusal(() => at('owes', 10n))).toEqual([
    'amount_exceeds_remaining',
    'No more than 9 can be applied to it.',
    '/amount',
  ])
  expect(refusal(() => at('void'))).toEqual(['bill_voided', 'The bill is voided.', '/bill'])
  expect(refusal(() => at('usd'))).toEqual(['currency_mismatch', 'Its currency is USD.', '/bill'])
  const mismatch = 'It belongs to a different customer than the payment.'
  expect(refusal(() => at('other'))).toEqual(['customer_mismatch', mismatch, '/bill'])
  expect(refusal(() => at('none'))).toEqual(['no_balance', 'It has no balance to apply to.', '/bill'])
})
