import { expect, test } from 'vitest'
import { movedAmount, movesMoney } from '../../src/events/money.ts'
import { type EventType, events, eventTypes } from '../../src/events/registry.ts'

const bodyOf = (data: object) => JSON.stringify({ id: 'evt_1', data })

/** The types whose event moves money with every field of its data, and without those that it may lack. */
const moving = (data: (type: EventType) => object) => eventTypes.filter((type) => movesMoney(type, bodyOf(data(type))))

const always = [
  'obligation.amount_applied',
  'obligation.amount_reversed',
  'payment.succeeded',
  'payment.amount_unapplied',
  'payment.reversed',
  'payment.transferred',
  'customer.balance_adjusted',
  'account.balance_adjusted',
  'bill.balance_adjusted',
  'bill.written_off',
]

test('the events that move money are the steps of balances, and what arrives or is returned beside them', () => {
  const step = { sequence: 1, balance_before: 0, balance_after: 5, cause: 'opening_balance' }
  const mayMove = eventTypes.filter((type) => 'sequence' in events[type].data.shape)
  expect(mayMove.filter((type) => !always.includes(type))).toEqual([
    'customer.created',
    'customer.updated',
    'customer.pseudonymised',
    'account.created',
    'account.updated',
    'bill.created',
    'bill.updated',
    'bill.voided',
  ])
  expect(moving((type) => ({ ...events[type].sample, ...step })).toSorted()).toEqual(
    [...new Set([...always, ...mayMove])].toSorted(),
  )
  const still = (data: object) => ({ ...data, sequence: undefined })
  // Of a type that always is a step there is none without its number.
  expect(moving((type) => still(events[type].sample))).toEqual([
    'payment.succeeded',
    'payment.amount_unapplied',
    'payment.reversed',
    'payment.transferred',
  ])
  expect(movesMoney('payment.of_an_older_version', bodyOf(step))).toBe(false)
})

test('what moves is the amount of the event, or the step of the balance', () => {
  expect(movedAmount(bodyOf({ amount: 500, currency: 'ZAR', balance_before: 900, balance_after: 400 }))).toEqual({
    amount: 500,
    currency: 'ZAR',
  })
  expect(movedAmount(bodyOf({ currency: 'ZAR', balance_before: 900, balance_after: 700 }))).toEqual({
    amount: -200,
    currency: 'ZAR',
  })
  expect(movedAmount(bodyOf({}))).toEqual({})
})
