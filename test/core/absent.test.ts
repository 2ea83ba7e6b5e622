import { expect, test } from 'vitest'
import { absentProblem } from '../../src/core/absent.ts'
import { formatId, newId } from '../../src/core/id/id.ts'

const id = newId(1, 1)

test('an id of another kind is told as what it is, and where to look', () => {
  const problem = absentProblem('bill', formatId('customer', id), { pointer: '/bill' })
  expect(problem.message).toBe(
    'There is no bill with this id or reference. This is the id of a customer, which GET /billing/customers/{customer} retrieves. The id of a bill begins with bill_.',
  )
  expect(problem.errors).toEqual([{ pointer: '/bill', code: 'not_found', detail: problem.message }])
  expect(absentProblem('payment', formatId('adjustment', id), { parameter: 'payment' }).message).toBe(
    'There is no payment with this id. This is the id of an adjustment. The id of a payment begins with pay_.',
  )
})

test('an id of its own kind says nothing more, and a reference where only ids are taken how an id begins', () => {
  expect(absentProblem('bill', formatId('bill', id), { parameter: 'bill' }).message).toBe(
    'There is no bill with this id or reference.',
  )
  expect(absentProblem('bill', 'INV-0042', { parameter: 'bill' }).message).toBe(
    'There is no bill with this id or reference.',
  )
  expect(absentProblem('payment', 'INV-0042', { parameter: 'payment' }).message).toBe(
    'There is no payment with this id. The id of a payment begins with pay_.',
  )
})
