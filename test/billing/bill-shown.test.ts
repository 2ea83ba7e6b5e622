import { describe, expect, test } from 'vitest'
import { bills, renderParticulars } from '../../src/billing/bill/resource.ts'
import type { BillRow } from '../../src/billing/object/rows.ts'
import { payableRules, rulesOf } from '../../src/billing/object/rules.ts'
import { formatId } from '../../src/core/id/id.ts'
import { idOf, now, payer } from '../ledger/receivables.ts'
import { accountRow, billRow, customerRow, environment } from './rows.ts'

/** A bill as an answer shows it: without what it has not. */
const shown = (more: Partial<BillRow> = {}, at = now) => {
  const context = { environment, now: at }
  return JSON.parse(JSON.stringify(bills.render({ context }, { ...billRow, ...more })))
}

const rules = { min_amount: 1, max_amount: 100, underpayment_allowed: true, overpayment_allowed: false }

describe('a bill is shown', () => {
  test('with its amounts, and without what it has not', () => {
    expect(bills).toMatchObject({ kind: 'bill', tag: 'Bills' })
    expect(shown()).toEqual({
      id: formatId('bill', billRow.id),
      external_reference: 'ours',
      customer_id: formatId('customer', payer),
      status: 'unpaid',
      currency: 'ZAR',
      amount_due: 100,
      amount_adjusted: 0,
      amount_paid: 0,
      amount_written_off: 0,
      amount_remaining: 100,
      bill_date: '2026-11-01',
      partially_paid: false,
      overdue: false,
      payment_rules: rules,
      mode: 'live',
      created_at: now.toISOString(),
      updated_at: now.toISOString(),
    })
  })

  test('with all that it has', () => {
    const lines = [{ label: 'Rent', amount: 100 }]
    const particulars = { description: 'November', lines, document_url: 'https://shop.example/1.pdf' }
    expect(shown({ ...particulars, account_id: idOf(10), reissue_of: idOf(12), due_date: '2026-11-30' })).toMatchObject(
      {
        ...particulars,
        account_id: formatId('account', idOf(10)),
        reissue_of: formatId('bill', idOf(12)),
        due_date: '2026-11-30',
        days_until_due: 3,
      },
    )
    expect(renderParticulars({ description: null, lines: null, document_url: null })).toEqual({})
  })

  test('as paid in part, as paid by what closed it, and as nothing that is paid once it is voided', () => {
    const amounts = { amount_adjusted: -10n, amount_written_off: 20n }
    expect(shown({ ...amounts, balance: 40n })).toMatchObject({
      amount_adjusted: -10,
      amount_written_off: 20,
      amount_paid: 30,
      amount_remaining: 40,
      partially_paid: true,
      payment_rules: { ...rules, max_amount: 40 },
    })
    const paid = shown({ balance: 0n, status: 'paid' })
    expect(paid).toMatchObject({ closed_by: 'payment', amount_paid: 100, amount_remaining: 0, partially_paid: false })
    expect(paid).not.toHaveProperty('payment_rules')
    expect(shown({ ...amounts, balance: 0n, status: 'voided' })).toMatchObject({ amount_paid: 0, amount_remaining: 70 })
  })

  test('as overdue from the day after it was due, where the merchant is', () => {
    const due = (due_date: string, more: Partial<BillRow> = {}, at = now) => {
      const { overdue, days_until_due } = shown({ due_date, ...more }, at)
      return [overdue, days_until_due]
    }
    expect([due('2026-11-28'), due('2026-11-27'), due('2026-11-26'), due('2026-10-27')]).toEqual([
      [false, 1],
      [false, 0],
      [true, -1],
      [true, -31],
    ])
    // In Johannesburg it is tomorrow two hours earlier than in Greenwich.
    expect(due('2026-11-27', {}, new Date('2026-11-27T22:00:00.000Z'))).toEqual([true, -1])
    expect(due('2026-11-26', { status: 'paid', balance: 0n })).toEqual([false, undefined])
  })
})

describe('what may be asked of a payer', () => {
  const above = { payment_rules: { min_amount: 5, max_amount: 60 } }

  test('is decided by the nearest level: the object, its account, its customer, the environment', () => {
    expect(rulesOf(above, customerRow)).toMatchObject({ min_amount: 5n, max_amount: 60n })
    expect(rulesOf(above, { ...customerRow, payment_rules: { min_amount: 6 } })).toMatchObject({ min_amount: 6n })
    const ofCustomer = { customer_rules: { min_amount: 7 } }
    expect(rulesOf(above, { ...accountRow, ...ofCustomer })).toMatchObject({ min_amount: 7n, max_amount: 60n })
    expect(rulesOf(above, { ...billRow, ...ofCustomer })).toMatchObject({ min_amount: 7n, max_amount: 60n })
    const ofAccount = { ...ofCustomer, account_rules: { min_amount: 8 } }
    expect(rulesOf(above, { ...billRow, ...ofAccount })).toMatchObject({ min_amount: 8n })
    expect(rulesOf(above, { ...billRow, ...ofAccount, payment_rules: { min_amount: 9 } })).toMatchObject({
      min_amount: 9n,
    })
  })

  test('is the same where its own level is said twice, as in a list of debts', () => {
    const payment_rules = { min_amount: 70 }
    const customer = { ...customerRow, payment_rules }
    expect(rulesOf(above, { ...customer, customer_rules: payment_rules })).toEqual(rulesOf(above, customer))
    const account = { ...accountRow, customer_rules: { max_amount: 65 }, payment_rules }
    expect(rulesOf(above, { ...account, account_rules: payment_rules })).toEqual(rulesOf(above, account))
    expect(rulesOf(above, account)).toMatchObject({ min_amount: 70n, max_amount: 70n })
  })

  test('is of a bill no more than remains, whatever is allowed above; of others as it says', () => {
    const allowed = { payment_rules: { overpayment_allowed: true } }
    expect(rulesOf(allowed, { ...billRow, balance: 40n })).toMatchObject({
      max_amount: 40n,
      overpayment_allowed: false,
    })
    const most = 999_999_999_999n
    for (const row of [accountRow, customerRow]) {
      expect(rulesOf(allowed, { ...row, balance: 40n })).toMatchObject({ max_amount: most, overpayment_allowed: true })
    }
  })

  test('is nothing where there is no balance, or a bill is paid or voided', () => {
    const isPayable = (row: Parameters<typeof payableRules>[1]) => payableRules(above, row) !== undefined
    expect([accountRow, customerRow].map(isPayable)).toEqual([false, false])
    expect([accountRow, customerRow].map((row) => isPayable({ ...row, balance: 0n }))).toEqual([true, true])
    const statuses = ['unpaid', 'paid', 'voided'] as const
    expect(statuses.map((status) => isPayable({ ...billRow, status }))).toEqual([true, false, false])
  })
})
