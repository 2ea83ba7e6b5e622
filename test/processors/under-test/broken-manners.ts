import { openAcmePay } from '../../../examples/acme-pay/acme-pay.ts'
import { newId, randomBucket } from '../../../src/core/id/id.ts'
import type { AdapterSetting } from '../../../src/payments/processor/check/subject.ts'
import { ProcessorFault } from '../../../src/payments/processor/fault.ts'
import type { Processor } from '../../../src/payments/processor/processor.ts'
import { type Broken, saidOf } from './spoiled.ts'

const refundOf = (good: Processor) => good.refund as NonNullable<Processor['refund']>
const isUnknown = (error: unknown) => error instanceof ProcessorFault && error.kind === 'unknown'

const withClient = (other: (setting: AdapterSetting) => typeof globalThis.fetch): Broken['spoil'] => {
  return (_good, setting) => openAcmePay({ ...setting, fetch: other(setting) })
}

/** Those that do something wrong with a refund. */
export const brokenRefunds: readonly Broken[] = [
  {
    what: 'sends a refund twice',
    found_by: ['refund.once', 'refund.answer_lost'],
    spoil: (good) => ({
      refund: (refund) => refundOf(good)({ ...refund, refund_id: newId(randomBucket(), Date.now()) }),
    }),
  },
  {
    what: 'sends all back when a part was asked for',
    found_by: ['refund.parts'],
    spoil: (good, setting) => ({
      async refund(refund) {
        const { amount } = await saidOf(setting, refund.charge_reference)
        return refundOf(good)({ ...refund, amount: BigInt(amount.replace('.', '')) })
      },
    }),
  },
  {
    what: 'says that a refund was sent when it was refused',
    found_by: ['refund.too_much', 'refund.failing'],
    spoil: (good) => ({
      refund: (refund) => refundOf(good)(refund).catch(() => ({ reference: 'rf_none', status: 'succeeded' })),
    }),
  },
  {
    what: 'does not find its refunds again',
    found_by: ['refund.fetched'],
    spoil: () => ({
      fetchRefund: async (reference) => ({ reference, status: 'failed', failure: { code: 'none', message: 'None.' } }),
    }),
  },
]

/** Those with bad manners, and those that say of themselves what is not so. */
export const brokenManners: readonly Broken[] = [
  {
    what: 'has a client of its own, without a deadline, that follows redirects',
    found_by: ['open.deadline', 'fetch.deadline', 'hygiene.client', 'hygiene.redirects'],
    spoil: withClient(() => globalThis.fetch),
  },
  {
    what: 'tells its key in an error',
    found_by: ['hygiene.secrets'],
    spoil: (good, { secrets }) => ({
      fetch: (reference) =>
        good.fetch(reference).catch((error: ProcessorFault) => {
          throw new ProcessorFault(error.kind, `${error.message}, asked with ${secrets.secret_key}`, error.request_id)
        }),
    }),
  },
  {
    what: 'hangs what was asked on an error',
    found_by: ['hygiene.bodies'],
    spoil: (good) => ({
      open: (charge, key) =>
        good.open(charge, key).catch((error: ProcessorFault) => {
          throw Object.assign(error, { cause: charge })
        }),
    }),
  },
  {
    what: 'puts its key into the address',
    found_by: ['hygiene.secrets'],
    spoil: withClient(
      ({ fetch, secrets }) =>
        (input, init) =>
          fetch(`${input}?key=${secrets.secret_key}`, init),
    ),
  },
  {
    what: 'sends what it is asked to somebody else besides',
    found_by: ['hygiene.client'],
    spoil: (good, { fetch }) => ({
      async fetch(reference) {
        await fetch(`http://127.0.0.1:9/${reference}`).catch(() => {})
        return good.fetch(reference)
      },
    }),
  },
  {
    what: 'forgets the ids of requests',
    found_by: ['hygiene.request_id'],
    spoil: (good) => ({ open: async (charge, key) => ({ ...(await good.open(charge, key)), request_id: undefined }) }),
  },
  {
    what: 'throws what its client throws',
    found_by: ['open.failing', 'open.answer_lost'],
    spoil: (good) => ({
      open: (charge, key) =>
        good.open(charge, key).catch((error: unknown) => {
          throw isUnknown(error) ? new TypeError('fetch failed') : error
        }),
    }),
  },
  {
    what: 'finds every key good',
    found_by: ['keys.refused', 'keys.unknown'],
    spoil: () => ({ verifyKey: async () => {} }),
  },
  {
    what: 'has other limits than it has said',
    found_by: ['limits.terms', 'limits.ranges'],
    spoil: () => ({ limits: new Map([['ZAR', { minimum: 0n, maximum: 500_005n, step: 10n }]]) }),
  },
  {
    what: 'says that it can refund, and cannot',
    found_by: ['limits.capabilities'],
    spoil: () => ({ refund: undefined as never }),
  },
  {
    what: 'takes a currency that there is not',
    found_by: ['limits.currencies'],
    spoil: (good) => ({ limits: new Map([...good.limits, ['usd', { minimum: 1n, maximum: 1n, step: 1n }]]) }),
  },
  {
    what: 'takes a key with anything around it',
    found_by: ['limits.secrets'],
    spoil: () => ({}),
    kind: { secrets: [{ name: 'secret_key', pattern: /acme_live_/, example: 'acme_live_…' }] },
  },
  {
    what: 'finds no key good',
    found_by: ['keys.good'],
    spoil: () => ({ verifyKey: () => Promise.reject(new ProcessorFault('key_refused', 'no')) }),
  },
]
