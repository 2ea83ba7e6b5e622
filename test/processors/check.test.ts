import { describe, expect, test } from 'vitest'
import { processorUnderTest as acmePay } from '../../examples/acme-pay/under-test.ts'
import { cases } from '../../src/payments/processor/check/cases.ts'
import { type CaseResult, checkProcessor, formatReport } from '../../src/payments/processor/check/check.ts'
import { brokenCallbacks } from './under-test/broken-callbacks.ts'
import { brokenCharges } from './under-test/broken-charges.ts'
import { brokenCaptures, brokenDisputes, brokenSettlements } from './under-test/broken-later.ts'
import { brokenManners, brokenRefunds } from './under-test/broken-manners.ts'
import { processorUnderTest as paystack } from './under-test/paystack.ts'
import { processorUnderTest as simulator } from './under-test/simulator.ts'
import { spoiled, withoutKeys } from './under-test/spoiled.ts'
import { processorUnderTest as stripe } from './under-test/stripe.ts'

const failed = (results: CaseResult[]) => results.filter(({ outcome }) => outcome === 'failed')
const inapplicable = (results: CaseResult[]) =>
  results.filter(({ outcome }) => outcome === 'not applicable').map(({ id }) => id)
/** Those besides of what the example cannot do at all: hold amounts, and tell of disputes and settlements. */
const inapplicableToExample = (results: CaseResult[]) =>
  inapplicable(results).filter((id) => !/^(capture|disputes|settlements)\./.test(id))

describe('an adapter that keeps to the contract', () => {
  test('Acme Pay, the example of the guide, passes every case', async () => {
    const results = await checkProcessor(acmePay)
    expect(failed(results)).toEqual([])
    expect(inapplicableToExample(results)).toEqual(['find.opened', 'find.none', 'find.failing'])
  })

  test('Stripe passes every case', async () => {
    const results = await checkProcessor(stripe)
    expect(failed(results)).toEqual([])
    expect(inapplicable(results).filter((id) => !/^find\./.test(id))).toEqual(['fetch.declined'])
  })

  test('Paystack passes every case', async () => {
    const results = await checkProcessor(paystack)
    expect(failed(results)).toEqual([])
    // It knows no keys, closes nothing, and its callbacks have neither an id nor a time.
    const without = ['open.once', 'open.another_process', 'fetch.expired', 'wake.another_event', 'wake.stale']
    expect(inapplicable(results).filter((id) => !/^(find|close|capture|disputes|settlements)\./.test(id))).toEqual(
      without,
    )
  })

  test('the simulator passes every case that is not about calls, keys and callbacks', async () => {
    const results = await checkProcessor(simulator)
    expect(failed(results)).toEqual([])
    expect(results.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(20)
    const later = inapplicable(results).filter((id) => /^(capture|disputes|settlements)\./.test(id))
    const calling = ['capture.answer_lost', 'capture.failing', 'settlements.failing']
    expect(later.toSorted()).toEqual([...calling, 'disputes.unknown_word'].toSorted())
  })

  test('one whose maker knows no keys passes when it finds what it may have opened', async () => {
    const results = await checkProcessor(withoutKeys((_good, held) => ({ find: held })))
    expect(failed(results)).toEqual([])
    expect(inapplicableToExample(results)).toEqual(['open.once', 'open.another_process'])
  })

  test('and when it opens another charge, unless what it may have opened was tried', async () => {
    const results = await checkProcessor(
      withoutKeys((good, held) => ({
        async open(charge, key) {
          const before = await held(charge.payment_id)
          const state = before && (await good.fetch(before.reference))
          return before && state?.status !== 'open' ? before : good.open(charge, `${key}:${before?.reference}`)
        },
      })),
    )
    expect(failed(results)).toEqual([])
    expect(inapplicableToExample(results)).toEqual([
      'open.once',
      'open.another_process',
      'find.opened',
      'find.none',
      'find.failing',
    ])
  })
})

const brokenAdapters = [
  ...brokenCharges,
  ...brokenCallbacks,
  ...brokenRefunds,
  ...brokenManners,
  ...brokenCaptures,
  ...brokenDisputes,
  ...brokenSettlements,
]

describe('an adapter that is broken is found by the case that says so', () => {
  test.each(brokenAdapters)('one that $what', async (broken) => {
    const { found_by } = broken
    const results = await checkProcessor(spoiled(broken), found_by)
    const report = formatReport(results)
    expect(
      failed(results)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(found_by.toSorted())
    for (const id of found_by) expect(report).toMatch(new RegExp(`^FAILED +${id} +.*\n +expected .+; saw .+$`, 'm'))
    expect(report).toMatch(/^\d+ passed, [1-9]\d* failed, \d+ not applicable\.$/m)
  })

  const brokenWithoutKeys = [
    {
      what: 'finds nothing',
      parts: { find: async () => undefined },
      found_by: ['find.opened', 'open.answer_lost', 'open.paid_unheard', 'find.failing'],
    },
    {
      what: 'finds a charge for everybody',
      parts: { find: async () => ({ reference: 'ch_1', url: 'https://acme.example' }) },
      found_by: ['find.none', 'find.opened'],
    },
    { what: 'opens another charge each time', parts: {}, found_by: ['open.paid_unheard'] },
  ]

  test.each(brokenWithoutKeys)('one whose maker knows no keys and that $what', async ({ parts, found_by }) => {
    const results = await checkProcessor(
      withoutKeys(() => parts),
      found_by,
    )
    expect(
      failed(results)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(found_by.toSorted())
  })

  test('and there is no case that none of them fails', () => {
    const found = new Set([...brokenAdapters, ...brokenWithoutKeys].flatMap(({ found_by }) => found_by))
    expect(cases.map(({ id }) => id).filter((id) => !found.has(id))).toEqual([])
  })
})
