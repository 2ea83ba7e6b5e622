import { describe, expect, test } from 'vitest'
import { formatId } from '../../../src/core/id/id.ts'
import type { NewEvent } from '../../../src/events/outbox.ts'
import { wholeBody } from '../../../src/events/personal.ts'
import { billPaid } from '../../../src/ledger/payments/bill-paid.ts'
import type { Receivable } from '../../../src/ledger/receivable.ts'
import { idOf, minutes, now, owes, owesBill, payer } from '../receivables.ts'

const id = idOf(10)
const environment = { id: 3, mode: 'test' } as const
const bill = (more: Partial<Receivable> = {}) =>
  owesBill(id, 0n, {
    amount_due: 100n,
    amount_adjusted: -10n,
    amount_written_off: 30n,
    bill_version: 6n,
    bill_created_at: minutes(-90),
    bill_date: '2026-11-01',
    ...more,
  })

/** What the event tells. */
function toldOf(receivable: Receivable) {
  const [event, ...others] = billPaid(environment, receivable, now)
  expect(others).toEqual([])
  return JSON.parse(wholeBody(event as NewEvent)).data
}

describe('a bill that money has brought to zero', () => {
  test('is told with its amounts, which come to what it was for', () => {
    expect(toldOf(bill())).toEqual({
      id: formatId('bill', id),
      external_reference: `ref ${id}`,
      customer_id: formatId('customer', payer),
      status: 'paid',
      closed_by: 'mixed',
      currency: 'ZAR',
      amount_due: 100,
      amount_adjusted: -10,
      amount_paid: 60,
      amount_written_off: 30,
      amount_remaining: 0,
      bill_date: '2026-11-01',
      partially_paid: false,
      overdue: false,
      mode: 'test',
      created_at: '2026-11-27T08:30:00.000Z',
      updated_at: '2026-11-27T10:00:00.000Z',
      object_version: 6,
    })
  })

  test('is told with its account, its due date, its particulars and its metadata, where it has them', () => {
    const account_id = idOf(11)
    const told = toldOf(
      bill({
        account_id,
        due_date: '2026-11-30',
        bill_particulars: '{"description":"November","lines":[{"description":"Rent","amount":100}]}',
        bill_metadata: '{"flat":"4"}',
      }),
    )
    expect(told).toMatchObject({
      account_id: formatId('account', account_id),
      due_date: '2026-11-30',
      description: 'November',
      lines: [{ description: 'Rent', amount: 100 }],
      metadata: { flat: '4' },
    })
    expect(toldOf(bill({ bill_metadata: '{}' }))).not.toHaveProperty('metadata')
  })

  test('is told once, of the bill, when it was paid', () => {
    expect(billPaid(environment, bill(), now)).toMatchObject([
      {
        id: expect.stringMatching(/0007$/),
        bucket: 7,
        environment_id: 3,
        type: 'bill.paid',
        subject_id: id,
        created_at: now,
      },
    ])
  })
})

test.each([
  'amount_due',
  'amount_adjusted',
  'amount_written_off',
  'bill_version',
  'bill_created_at',
  'bill_date',
] as const)('nothing is told of a balance without %s, which is no bill', (field) => {
  expect(billPaid(environment, bill({ [field]: null }), now)).toEqual([])
  expect(billPaid(environment, owes(id, 0n), now)).toEqual([])
})
