import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Application } from '../../../src/ledger/corrections/application.ts'
import { choose, chooseNamed, needsApplications, type Source } from '../../../src/ledger/corrections/chosen.ts'
import { seedOf } from '../../support/seed.ts'
import { anApplication, anId, aPayment, refusal, total } from './rows.ts'

const none = { unapplied: 0n, direct: 0n, suspense: 0n, transferred: 0n, uncovered: 0n }

describe('an amount is taken', () => {
  const amounts = { unapplied_amount: 10n, direct_amount: 20n, suspense_amount: 30n }
  const payment = aPayment(160n, { ...amounts, applied_amount: 100n })
  const [newest, middle, oldest] = [anApplication(50n, 15n), anApplication(25n), anApplication(40n)]
  const from = (amount: bigint) => choose(payment, amount, [newest, middle, oldest])

  test('from what is unapplied first, then direct money, then what lies in suspense', () => {
    expect(from(10n)).toEqual({ ...none, total: 10n, unapplied: 10n, parts: [] })
    expect(from(25n)).toEqual({ ...none, total: 25n, unapplied: 10n, direct: 15n, parts: [] })
    expect(from(60n)).toEqual({ ...none, total: 60n, unapplied: 10n, direct: 20n, suspense: 30n, parts: [] })
    expect(from(31n)).toMatchObject({ unapplied: 10n, direct: 20n, suspense: 1n, parts: [] })
  })

  test('then from applications in their order, from each no more than is left of it', () => {
    const outside = { unapplied: 10n, direct: 20n, suspense: 30n }
    const one = (application: Application, amount: bigint) => ({ application, amount })
    expect(from(61n)).toEqual({ ...none, ...outside, total: 61n, parts: [one(newest, 1n)] })
    expect(from(95n)).toMatchObject({ ...outside, parts: [one(newest, 35n)] })
    expect(from(96n).parts).toEqual([one(newest, 35n), one(middle, 1n)])
    expect(from(160n).parts).toEqual([one(newest, 35n), one(middle, 25n), one(oldest, 40n)])
  })

  test('and needs the applications only where nothing else is enough', () => {
    expect([1n, 59n, 60n, 61n].map((amount) => needsApplications(payment, amount))).toEqual([false, false, false, true])
    const only = (of: object) => needsApplications(aPayment(9n, of), 4n)
    expect([{ unapplied_amount: 4n }, { direct_amount: 4n }, { suspense_amount: 4n }].map(only)).toEqual([
      false,
      false,
      false,
    ])
    expect([{ unapplied_amount: 3n }, { direct_amount: 3n }, { suspense_amount: 3n }].map(only)).toEqual([
      true,
      true,
      true,
    ])
  })

  test('in parts that come to it, none of nothing and none beyond what is there', () => {
    const amount = fc.bigInt({ min: 0n, max: 50n })
    const applications = fc.array(fc.tuple(fc.bigInt({ min: 1n, max: 50n }), amount), { maxLength: 5 })
    const seed = seedOf('CHOSEN_SEED')
    const run = fc.property(amount, amount, amount, applications, fc.nat(1_000), (un, direct, suspense, rows, per) => {
      const open = rows.map(([left, reversed]) => anApplication(left + reversed, reversed))
      const applied_amount = total(rows.map(([left]) => left))
      const all = un + direct + suspense + applied_amount
      const wanted = (all * BigInt(per)) / 1_000n
      const of = { applied_amount, unapplied_amount: un, direct_amount: direct, suspense_amount: suspense }
      const chosen = choose(aPayment(all, of), wanted, open)
      const parts = chosen.parts.map((part) => part.amount)
      expect(chosen.unapplied + chosen.direct + chosen.suspense + total(parts)).toBe(wanted)
      expect([chosen.unapplied <= un, chosen.direct <= direct, chosen.suspense <= suspense]).not.toContain(false)
      for (const part of chosen.parts) {
        expect(part.amount).toBeGreaterThan(0n)
        expect(part.amount).toBeLessThanOrEqual(part.application.amount - part.application.reversed_amount)
      }
      expect(needsApplications(aPayment(all, of), wanted)).toBe(parts.length > 0)
    })
    fc.assert(run, { seed })
  })
})

describe('an amount is taken from named obligations', () => {
  const [first, second, whole] = [anApplication(50n, 20n), anApplication(40n), anApplication(5n)]
  const open = [first, second, whole]
  const named = ({ id }: Application, amount?: bigint): Source => ({ application_id: id, amount })
  const taken = (wanted: bigint | undefined, ...sources: Source[]) => {
    const { parts, ...rest } = chooseNamed(open, wanted, sources)
    expect(rest).toEqual({ ...none, total: total(parts.map(({ amount }) => amount)) })
    return parts.map(({ application, amount }) => [open.indexOf(application), amount])
  }

  test('in their order: what is named, or all that is left of them', () => {
    expect(taken(undefined, named(second), named(first))).toEqual([
      [1, 40n],
      [0, 30n],
    ])
    expect(taken(undefined, named(first, 7n), named(second))).toEqual([
      [0, 7n],
      [1, 40n],
    ])
    expect(taken(undefined, named(first, 30n))).toEqual([[0, 30n]])
  })

  test('as far as is wanted', () => {
    expect(taken(45n, named(second), named(first))).toEqual([
      [1, 40n],
      [0, 5n],
    ])
    expect(taken(75n, named(second), named(first), named(whole))).toEqual([
      [1, 40n],
      [0, 30n],
      [2, 5n],
    ])
    expect(taken(12n, named(second, 10n), named(first))).toEqual([
      [1, 10n],
      [0, 2n],
    ])
  })

  test.each<[string, bigint | undefined, Source[], unknown[]]>([
    [
      'more than is left of one',
      undefined,
      [named(second), named(first, 31n)],
      ['amount_exceeds_remaining', 'Only 30 of the obligation is left.', '/from/1/amount'],
    ],
    [
      'one that is named twice',
      undefined,
      [named(first, 1n), named(first, 1n)],
      ['invalid_allocation', 'It is named more than once.', '/from/1/obligation'],
    ],
    [
      'one that others have used up',
      40n,
      [named(second), named(first)],
      ['invalid_allocation', 'The amount is used up by those before it.', '/from/1'],
    ],
    [
      'less than is wanted',
      76n,
      [named(first), named(second), named(whole)],
      ['amount_exceeds_remaining', 'Only 75 can be taken from these.', '/amount'],
    ],
    [
      'more than is wanted',
      10n,
      [named(first, 6n), named(second, 5n)],
      ['invalid_allocation', 'They come to 11, which is more than the amount.', '/from'],
    ],
  ])('but not %s', (_, wanted, sources, refused) => {
    expect(refusal(() => chooseNamed(open, wanted, sources))).toEqual(refused)
  })

  test('but not one that is none of the payment, or is wholly reversed', () => {
    const [id, other] = [anId(), anId()]
    const sources = [
      { application_id: first.id, amount: undefined },
      { application_id: id, amount: undefined },
      { application_id: other, amount: undefined },
    ]
    const detail = 'There is no obligation with this id. It has to be one of this payment that is not wholly reversed.'
    expect(refusal(() => chooseNamed(open, undefined, sources))).toEqual(['not_found', detail, '/from/1/obligation'])
    expect(() => chooseNamed(open, undefined, sources)).toThrow(
      expect.objectContaining({ errors: [{ pointer: '/from/1/obligation', code: 'not_found', detail }] }),
    )
  })
})
