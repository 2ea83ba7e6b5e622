import { describe, expect, test } from 'vitest'
import { Problem } from '../../../src/core/problem.ts'
import type { PaymentTarget, TargetScope } from '../../../src/ledger/payments/command.ts'
import { decide, explainAllocation, faultDetail } from '../../../src/ledger/payments/decide.ts'
import { type Receivable, ReceivableIndex } from '../../../src/ledger/receivable.ts'
import { idOf, owes, owesBill, payer } from '../receivables.ts'

const [stranger, absent] = [idOf(2), idOf(99)]
const [a, b, c] = [idOf(10), idOf(11), idOf(12)]
const ofAnother = { customer_id: stranger }
const elsewhere = { environment_id: 4 }

type Sent = { customer_id?: string | null; amount?: bigint; currency?: string }

function decideFrom(target: PaymentTarget, owed: Receivable[], sent: Sent = {}) {
  const payment = { customer_id: undefined, amount: 100n, currency: 'ZAR', ...sent }
  return decide({ environment: { id: 3, mode: 'live' }, payment, target }, new ReceivableIndex(owed))
}

const over = (scope: TargetScope) => ({ kind: 'policy', policy: 'in_order', scope }) as const
const exactly = (...parts: [string, bigint][]) => ({
  kind: 'explicit' as const,
  allocations: parts.map(([receivable_id, amount], at) => ({ receivable_id, amount, pointer: `/allocations/${at}` })),
})
const chosen = (...parts: [string, bigint][]) => ({
  kind: 'chosen' as const,
  amounts: parts.map(([receivable_id, amount]) => ({ receivable_id, amount })),
})

/** The customer, each line, and what is left, of a decision that is no refusal. */
function shown(decision: ReturnType<typeof decide>) {
  if (decision === 'target_unknown' || decision instanceof Problem) return decision
  const { lines, unapplied } = decision.allocation
  return [decision.customer_id, ...lines.map((line) => [line.receivable_id, line.amount]), unapplied]
}

describe('money that is for nothing in Billing, or of nobody known', () => {
  test.each(['direct', 'unidentified'] as const)('is applied to nothing, whoever is named: %s', (kind) => {
    expect(decideFrom({ kind }, [owes(a, 100n)], { customer_id: payer })).toEqual({
      allocation: { lines: [], unapplied: 0n, skipped: [] },
      customer_id: null,
    })
  })
})

describe('a policy', () => {
  test('spreads over what is named, in that order, and passes over what does not exist', () => {
    const target = over({ receivables: [b, absent, a] })
    expect(shown(decideFrom(target, [owes(a, 70n), owes(b, 50n), owes(c, 90n)]))).toEqual([
      payer,
      [b, 50n],
      [a, 50n],
      0n,
    ])
  })

  test('spreads over all of a customer, or all of an account', () => {
    const owed = [owes(a, 30n), owesBill(b, 20n, { account_id: a }), owes(c, 40n), owes(idOf(13), 9n, ofAnother)]
    expect(shown(decideFrom(over({ customer: payer }), owed))).toEqual([payer, [a, 30n], [b, 20n], [c, 40n], 10n])
    expect(shown(decideFrom(over({ account: a }), owed))).toEqual([payer, [a, 30n], [b, 20n], 50n])
  })

  test('says by which policy, of which amount and currency, and what it passed over', () => {
    const owed = [owes(a, 30n), owes(b, 20n, { currency: 'USD' })]
    const target = { ...over({ customer: payer }), policy: 'due_date_first' } as const
    expect(decideFrom(target, owed, { amount: 40n })).toEqual({
      allocation: {
        lines: [{ receivable_id: a, amount: 30n, rule: 'due_date_first' }],
        unapplied: 10n,
        skipped: [{ receivable_id: b, reason: 'currency_differs' }],
      },
      customer_id: payer,
    })
    expect(shown(decideFrom(target, owed, { currency: 'USD' }))).toEqual([payer, [b, 20n], 80n])
  })

  test('is for the customer of the first that is named, and touches nothing of another one', () => {
    const owed = [owes(a, 30n), owes(b, 30n, ofAnother), owes(c, 30n)]
    expect(shown(decideFrom(over({ receivables: [a, b, c] }), owed))).toEqual([payer, [a, 30n], [c, 30n], 40n])
    expect(shown(decideFrom(over({ receivables: [b, a] }), owed))).toEqual([stranger, [b, 30n], 70n])
  })

  test('touches nothing of another environment, and is for nobody where that is all that is named', () => {
    const owed = [owes(a, 30n, elsewhere), owes(b, 30n)]
    expect(shown(decideFrom(over({ receivables: [a, b] }), owed))).toBe('target_unknown')
    expect(shown(decideFrom(over({ receivables: [b, a] }), owed))).toEqual([payer, [b, 30n], 70n])
  })

  test('is for whoever is named, though nothing of theirs is owed', () => {
    const none = over({ receivables: [absent] })
    expect(shown(decideFrom(none, []))).toBe('target_unknown')
    expect(shown(decideFrom(none, [], { customer_id: null }))).toBe('target_unknown')
    expect(shown(decideFrom(none, [], { customer_id: payer }))).toEqual([payer, 100n])
    expect(shown(decideFrom(over({ receivables: [a] }), [owes(a, 9n)], { customer_id: stranger }))).toEqual([
      stranger,
      100n,
    ])
  })
})

describe('what a payer chose', () => {
  test('gets what was chosen and is theirs here, and the rest stays unapplied', () => {
    const owed = [owes(a, 30n), owes(b, 30n, ofAnother), owes(c, 30n, elsewhere)]
    const target = chosen([absent, 20n], [c, 20n], [b, 20n], [a, 20n])
    expect(decideFrom(target, owed, { customer_id: payer })).toEqual({
      allocation: { lines: [{ receivable_id: a, amount: 20n, rule: 'chosen' }], unapplied: 80n, skipped: [] },
      customer_id: payer,
    })
    expect(shown(decideFrom(target, owed))).toBe('target_unknown')
  })

  test('is of the currency of the money', () => {
    expect(
      decideFrom(chosen([a, 20n]), [owes(a, 30n)], { customer_id: payer, amount: 50n, currency: 'USD' }),
    ).toMatchObject({
      allocation: { lines: [], unapplied: 50n, skipped: [{ receivable_id: a, reason: 'currency_differs' }] },
    })
  })
})

describe('amounts that the caller names', () => {
  const owed = [owes(a, 70n), owes(b, 50n)]

  test('are applied as they are, to the unit', () => {
    expect(decideFrom(exactly([a, 60n], [b, 30n]), owed)).toEqual({
      allocation: {
        lines: [
          { receivable_id: a, amount: 60n, rule: 'explicit' },
          { receivable_id: b, amount: 30n, rule: 'explicit' },
        ],
        unapplied: 10n,
        skipped: [],
      },
      customer_id: payer,
    })
    expect(shown(decideFrom(exactly([a, 60n], [b, 40n]), owed))).toEqual([payer, [a, 60n], [b, 40n], 0n])
  })

  test('come to no more than the payment, not by a unit', () => {
    const refusal = decideFrom(exactly([a, 60n], [b, 41n]), owed)
    expect(refusal).toMatchObject({ code: 'invalid_allocation', message: 'The allocations exceed the payment by 1.' })
    expect(refusal).toMatchObject({
      errors: [{ pointer: '/allocations', code: 'sum_exceeds_amount', detail: 'They sum to more than `amount`.' }],
    })
  })

  test.each<[string, Receivable, string, string]>([
    ['no_balance', owes(c, 50n), 'It has no balance to allocate to.', 'what does not exist'],
    ['no_balance', owes(b, 50n, elsewhere), 'It has no balance to allocate to.', 'what is in another environment'],
    [
      'customer_mismatch',
      owes(b, 50n, ofAnother),
      'It belongs to a different customer than the first allocation.',
      'what is of another customer',
    ],
    ['currency_mismatch', owes(b, 50n, { currency: 'USD' }), 'Its currency is USD.', 'what is of another currency'],
    ['bill_voided', owesBill(b, 0n, { status: 'voided' }), 'The bill is voided.', 'what is withdrawn'],
    ['amount_exceeds_remaining', owes(b, 29n), 'No more than 29 can be applied to it.', 'what owes less'],
  ])('are refused as %s, saying which', (code, second, detail, _what) => {
    const refusal = decideFrom(exactly([a, 60n], [b, 30n]), [owes(a, 70n), second])
    expect(refusal).toBeInstanceOf(Problem)
    expect(refusal).toMatchObject({ code, message: detail, errors: [{ pointer: '/allocations/1', code, detail }] })
  })

  test('are for the customer of the first of them, or whoever is named', () => {
    expect(decideFrom(exactly([a, 60n]), [owes(a, 70n, ofAnother)])).toMatchObject({ customer_id: stranger })
    expect(decideFrom(exactly([a, 60n]), [owes(a, 70n)], { customer_id: stranger })).toMatchObject({
      code: 'customer_mismatch',
    })
    expect(shown(decideFrom(exactly(), owed, { customer_id: payer }))).toEqual([payer, 100n])
    for (const nobody of [exactly([absent, 60n]), exactly()]) {
      expect(shown(decideFrom(nobody, owed))).toBe('target_unknown')
    }
  })
})

test('no more than is owed can be applied: nothing to what is in credit', () => {
  expect([-5n, 0n, 5n].map((balance) => faultDetail('amount_exceeds_remaining', owes(a, balance)))).toEqual(
    ['0', '0', '5'].map((most) => `No more than ${most} can be applied to it.`),
  )
})

test('an explanation names objects as the API does, and what is not there any more as something that was', () => {
  const owed = new ReceivableIndex([owesBill(a, 70n), owes(b, 50n)])
  const allocation = {
    lines: [{ receivable_id: a, amount: 60n, rule: 'explicit' as const }],
    unapplied: 40n,
    skipped: [
      { receivable_id: b, reason: 'nothing_owed' as const },
      { receivable_id: absent, reason: 'voided' as const },
    ],
  }
  const explained = explainAllocation(exactly(), allocation, owed)
  expect(explained).toEqual({
    policy: 'explicit',
    applied: [{ to: expect.stringMatching(/^bill_/), amount: 60, rule: 'explicit' }],
    skipped: [
      { to: expect.stringMatching(/^bacc_/), reason: 'nothing_owed' },
      { to: expect.stringMatching(/^ent_/), reason: 'voided' },
    ],
    unapplied_amount: 40,
  })
  expect(explainAllocation(over({ customer: payer }), allocation, owed).policy).toBe('in_order')
  expect(explainAllocation({ kind: 'direct' }, allocation, owed).policy).toBe('direct')
})
