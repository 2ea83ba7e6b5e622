import { describe, expect, test } from 'vitest'
import { firstOf, type PaymentTarget, readsMore, selectionOf } from '../../../src/ledger/payments/command.ts'

const over = (scope: Extract<PaymentTarget, { kind: 'policy' }>['scope']): PaymentTarget => ({
  kind: 'policy',
  policy: 'in_order',
  scope,
})
const exactly = (...ids: string[]): PaymentTarget => ({
  kind: 'explicit',
  allocations: ids.map((receivable_id) => ({ receivable_id, amount: 1n, pointer: '' })),
})
const chosen = (...ids: string[]): PaymentTarget => ({
  kind: 'chosen',
  amounts: ids.map((receivable_id) => ({ receivable_id, amount: 1n })),
})

describe('what a payment may touch', () => {
  // The first of it, whether balances may be read that are not written, and all of it.
  test.each<[string, PaymentTarget, string, boolean, { ids?: string[]; customers?: string[]; accounts?: string[] }]>([
    ['amounts for two', exactly('a', 'b'), 'a', false, { ids: ['a', 'b'] }],
    ['amounts for none', exactly(), '', false, {}],
    ['one that was chosen', chosen('a'), 'a', false, { ids: ['a'] }],
    ['two that were chosen', chosen('a', 'b'), 'a', true, { ids: ['a', 'b'] }],
    ['none that was chosen', chosen(), '', false, {}],
    ['a customer', over({ customer: 'c' }), 'c', true, { customers: ['c'] }],
    ['an account', over({ account: 'd' }), 'd', true, { accounts: ['d'] }],
    ['one that is named', over({ receivables: ['a'] }), 'a', false, { ids: ['a'] }],
    ['two that are named', over({ receivables: ['a', 'b'] }), 'a', true, { ids: ['a', 'b'] }],
    ['none that is named', over({ receivables: [] }), '', true, {}],
    ['nothing of Billing', { kind: 'direct' }, '', false, {}],
    ['nobody known', { kind: 'unidentified' }, '', false, {}],
  ])('%s', (_what, target, first, more, selection) => {
    expect(firstOf(target)).toBe(first)
    expect(readsMore(target)).toBe(more)
    const none = { ids: [], customers: [], accounts: [], environments: [3] }
    expect(selectionOf([{ target }], [3])).toEqual({ ...none, ...selection })
  })

  test('several together: each once', () => {
    const targets = [
      exactly('a', 'b'),
      { kind: 'direct' as const },
      chosen('b', 'c'),
      over({ receivables: ['c', 'd'] }),
      over({ customer: 'e' }),
      over({ customer: 'e' }),
      over({ account: 'f' }),
      over({ account: 'f' }),
    ]
    expect(
      selectionOf(
        targets.map((target) => ({ target })),
        [3, 4],
      ),
    ).toEqual({ ids: ['a', 'b', 'c', 'd'], customers: ['e'], accounts: ['f'], environments: [3, 4] })
  })
})
