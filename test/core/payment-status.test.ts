import { expect, test } from 'vitest'
import { paymentStatuses, statusesBefore } from '../../src/core/payment-status.ts'

const before = [
  ['draft', []],
  ['initiating', ['draft']],
  ['pending_action', ['initiating']],
  ['processing', ['pending_action', 'cancelled', 'expired']],
  ['succeeded', ['pending_action', 'processing', 'failed', 'cancelled', 'expired']],
  ['failed', ['initiating', 'pending_action', 'processing']],
  ['cancelled', ['draft', 'initiating', 'pending_action']],
  ['expired', ['draft', 'initiating', 'pending_action']],
] as const

test.each(before)('a payment becomes %s from %j', (to, from) => {
  expect(statusesBefore(to)).toEqual(from)
})

test('there is no other state', () => {
  expect(paymentStatuses).toEqual(before.map(([status]) => status))
})
