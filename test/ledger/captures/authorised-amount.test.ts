import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Problem } from '../../../src/core/problem.ts'
import {
  type AuthorisedPayment,
  addCaptured,
  addVoided,
  claimOf,
  endClaim,
  endedWithoutUs,
  isAuthorised,
  reasonOfRelease,
  remainingOf,
} from '../../../src/ledger/captures/authorised-amount.ts'
import type { LockedPayment } from '../../../src/ledger/store.ts'
import { seedOf } from '../../support/seed.ts'
import { paymentSample } from '../samples.ts'

const until = new Date('2026-11-28T10:00:00.000Z')
const before = new Date(until.getTime() - 1)

const payment = paymentSample({ amount: 1_000n, customer_id: null, processor: 'simulator', created_at: before })

/** A payment of which 1,000 was authorised, and what of that is gone. */
const authorised = (captured_amount = 0n, voided_amount = 0n, claimed_amount = 0n): AuthorisedPayment => ({
  ...payment,
  capture_method: 'manual',
  authorised_amount: 1_000n,
  captured_amount,
  voided_amount,
  claimed_amount,
  authorised_until: until,
})
const amountsOf = ({ captured_amount, voided_amount, claimed_amount }: AuthorisedPayment) => [
  captured_amount,
  voided_amount,
  claimed_amount,
]

const toCapture = (amount?: bigint, ends = false) => ({ kind: 'capture', amount, ends }) as const
const claim = (of: LockedPayment, wanted: Parameters<typeof claimOf>[1], now = before) => {
  const { amount, released_amount } = claimOf(of, wanted, now)
  return [amount, released_amount]
}

/** The detail of the refusal, which is one of the state of the payment. */
function refusalOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    expect(error.code).toBe('payment_state')
    return error.message
  }
  return 'nothing was refused'
}

test('what remains is what is neither captured, let go of, nor asked for', () => {
  expect(remainingOf(authorised())).toBe(1_000n)
  expect(remainingOf(authorised(300n, 50n, 7n))).toBe(643n)
})

test('a payment was authorised if an amount was', () => {
  expect([isAuthorised(payment), isAuthorised(authorised())]).toEqual([false, true])
})

describe('a capture', () => {
  test('takes all that is left, unless it says how much', () => {
    expect(claim(authorised(300n, 50n, 7n), toCapture())).toEqual([643n, 0n])
    expect(claim(authorised(300n), toCapture(200n))).toEqual([200n, 0n])
    expect(claim(authorised(300n), toCapture(700n))).toEqual([700n, 0n])
  })

  test('lets go of the rest where its processor captures once', () => {
    expect(claim(authorised(300n), toCapture(200n, true))).toEqual([200n, 500n])
    expect(claim(authorised(), toCapture(undefined, true))).toEqual([1_000n, 0n])
  })

  const exceeds = 'The capture amount exceeds the remaining authorised amount.'
  const notAuthorised = 'The payment is not in an authorised state and cannot be captured.'
  test('of more than is left is refused', () => {
    expect(refusalOf(() => claim(authorised(300n), toCapture(701n)))).toBe(exceeds)
    expect(refusalOf(() => claim(authorised(300n, 200n, 100n), toCapture(401n)))).toBe(exceeds)
    expect(refusalOf(() => claim(authorised(1_000n), toCapture(1n)))).toBe(exceeds)
  })

  test('of all that is left is refused where nothing is left, or where all that is left is asked for', () => {
    expect(refusalOf(() => claim(authorised(600n, 400n), toCapture()))).toBe(notAuthorised)
    expect(refusalOf(() => claim(authorised(600n, 399n, 1n), toCapture()))).toBe(exceeds)
  })

  test('is refused from the instant at which the authorisation ends', () => {
    const expired = 'The authorisation has expired and can no longer be captured.'
    expect(refusalOf(() => claim(authorised(), toCapture(1n), until))).toBe(expired)
    expect(refusalOf(() => claim(authorised(), toCapture(1_001n), until))).toBe(expired)
    expect(claim(authorised(), toCapture(1n), before)).toEqual([1n, 0n])
  })

  test('of a payment that was never authorised is refused', () => {
    expect(refusalOf(() => claim(payment, toCapture(1n)))).toBe(notAuthorised)
  })
})

describe('a void', () => {
  test('takes all that is left, also of an authorisation that has ended', () => {
    expect(claim(authorised(300n, 0n, 100n), { kind: 'void' })).toEqual([600n, 0n])
    expect(claim(authorised(999n), { kind: 'void' }, until)).toEqual([1n, 0n])
  })

  test('is refused where nothing is left', () => {
    const nothing = 'There is no remaining authorised amount to void.'
    expect(refusalOf(() => claim(authorised(0n, 1_000n), { kind: 'void' }))).toBe(
      'The payment has already been fully voided.',
    )
    expect(refusalOf(() => claim(authorised(1n, 999n), { kind: 'void' }))).toBe(nothing)
    expect(refusalOf(() => claim(authorised(0n, 0n, 1_000n), { kind: 'void' }))).toBe(nothing)
    expect(refusalOf(() => claim(payment, { kind: 'void' }))).toBe(
      'The payment is not in an authorised state and cannot be voided.',
    )
  })
})

describe('what has ended at the processor without us', () => {
  const ended = (captured: bigint, released: bigint, of = authorised()) => {
    const found = endedWithoutUs(of, { captured, released })
    return [found.captured, found.released]
  }

  test('is what it tells beyond what is known here', () => {
    expect(ended(300n, 0n)).toEqual([300n, 0n])
    expect(ended(500n, 450n, authorised(200n, 100n))).toEqual([300n, 350n])
    expect(ended(200n, 100n, authorised(200n, 100n))).toEqual([0n, 0n])
  })

  test('is never less than nothing, so that one does not make more of the other', () => {
    expect(ended(100n, 1_000n, authorised(200n, 100n))).toEqual([0n, 700n])
    expect(ended(300n, 0n, authorised(200n, 100n))).toEqual([100n, 0n])
  })

  test('is never more than is left: what was captured counts first', () => {
    expect(ended(1_500n, 0n, authorised(200n, 100n))).toEqual([700n, 0n])
    expect(ended(600n, 900n, authorised(200n, 100n))).toEqual([400n, 300n])
  })

  test('is not known while a capture or a void is under way', () => {
    expect(ended(600n, 400n, authorised(200n, 0n, 1n))).toEqual([0n, 0n])
  })

  test('was let go of because the authorisation expired, from the instant at which it ends', () => {
    expect(reasonOfRelease(authorised(), before)).toBe('released')
    expect(reasonOfRelease(authorised(), until)).toBe('expired')
  })
})

describe('the amounts of a payment', () => {
  test('lose a claim with all that it was to take and to let go of', () => {
    const changed = authorised(100n, 10n, 900n)
    endClaim(changed, { amount: 200n, released_amount: 690n })
    expect(amountsOf(changed)).toEqual([100n, 10n, 10n])
  })

  test('gain what was captured, and where it went', () => {
    const changed = { ...authorised(100n, 10n, 1n), applied_amount: 60n, unapplied_amount: 30n, direct_amount: 10n }
    addCaptured(changed, 321n, { applied_amount: 300n, unapplied_amount: 20n, direct_amount: 1n }, before)
    expect(amountsOf(changed)).toEqual([421n, 10n, 1n])
    expect([changed.applied_amount, changed.unapplied_amount, changed.direct_amount]).toEqual([360n, 50n, 11n])
  })

  test('have arrived with the first of it', () => {
    const changed = authorised()
    const direct = { applied_amount: 0n, unapplied_amount: 0n, direct_amount: 1n }
    for (const now of [before, until]) addCaptured(changed, 1n, direct, now)
    expect([changed.received_at, changed.captured_amount]).toEqual([before, 2n])
  })

  test('gain what was let go of', () => {
    const changed = authorised(100n, 10n, 1n)
    addVoided(changed, 5n)
    expect(amountsOf(changed)).toEqual([100n, 15n, 1n])
  })

  test('never come to more than was authorised, whatever is asked for, answered and done without us', () => {
    const amount = fc.bigInt({ min: 1n, max: 1_500n })
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('capture' as const),
        amount: fc.option(amount, { nil: undefined }),
        ends: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('void' as const) }),
      fc.record({ kind: fc.constant('answer' as const), done: fc.boolean() }),
      fc.record({ kind: fc.constant('ended' as const), captured: amount, released: amount }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const changed = authorised()
        const claims: { kind: 'capture' | 'void'; amount: bigint; released_amount: bigint }[] = []
        const bring = (captured: bigint, released: bigint) => {
          addCaptured(changed, captured, { applied_amount: captured, unapplied_amount: 0n, direct_amount: 0n }, before)
          addVoided(changed, released)
        }
        for (const one of steps) {
          if (one.kind === 'answer') {
            const claimed = claims.shift()
            if (!claimed) continue
            endClaim(changed, claimed)
            if (!one.done) continue
            const { kind, amount, released_amount } = claimed
            bring(kind === 'capture' ? amount : 0n, kind === 'capture' ? released_amount : amount)
          } else if (one.kind === 'ended') {
            const { captured, released } = endedWithoutUs(changed, one)
            bring(captured, released)
          } else {
            try {
              const claimed = claimOf(changed, one, before)
              expect(claimed.amount).toBeGreaterThan(0n)
              changed.claimed_amount += claimed.amount + claimed.released_amount
              claims.push({ kind: one.kind, ...claimed })
            } catch (error) {
              if (!(error instanceof Problem)) throw error
            }
          }
          for (const part of [...amountsOf(changed), remainingOf(changed)]) expect(part).toBeGreaterThanOrEqual(0n)
          expect(changed.applied_amount).toBe(changed.captured_amount)
        }
      }),
      { seed: seedOf('SEED') },
    )
  })
})
