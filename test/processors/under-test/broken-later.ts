import { randomUUID } from 'node:crypto'
import type { ToldLine } from '../../../src/ledger/settlements/told.ts'
import type { CheckedProcessor } from '../../../src/payments/processor/check/subject.ts'
import type {
  CaptureAnswer,
  DisputeState,
  Processor,
  SettlementSource,
} from '../../../src/payments/processor/processor.ts'
import type { Broken } from './spoiled.ts'
import { processorUnderTest as stripe } from './stripe.ts'

// The example holds nothing and tells of no disputes and settlements, so what is spoiled here is the adapter to Stripe.
const captureOf = (good: Processor) => good.capture as NonNullable<Processor['capture']>
const voidOf = (good: Processor) => good.void as NonNullable<Processor['void']>
const settlementsOf = (good: Processor) => good.settlements as SettlementSource

const done = async (): Promise<CaptureAnswer> => 'done'
const manyTimes = { capabilities: { ...stripe.kind.terms.capabilities, capture: 'many' as const } }

/** Those that do something wrong with an amount that is held. */
export const brokenCaptures: readonly Broken[] = [
  {
    of: stripe,
    what: 'takes what is authorised for money',
    found_by: ['capture.authorised'],
    spoil: (good) => ({
      async fetch(reference) {
        const state = await good.fetch(reference)
        return state.status === 'authorised' ? { ...state, status: 'succeeded' } : state
      },
    }),
  },
  {
    of: stripe,
    what: 'captures under a key of its own each time',
    found_by: ['capture.once', 'capture.answer_lost', 'capture.failing'],
    spoil: (good) => {
      const failed = new Set<string>()
      return {
        capture(capture, key) {
          const answer = captureOf(good)(capture, failed.has(key) ? `${key}:${randomUUID()}` : randomUUID())
          failed.add(key)
          return answer
        },
        void: (remainder) => voidOf(good)(remainder, randomUUID()).catch(() => 'done'),
      }
    },
  },
  {
    of: stripe,
    what: 'says that it captures many times, and captures once',
    found_by: ['capture.rest'],
    kind: { terms: { ...stripe.kind.terms, ...manyTimes } },
    spoil: () => manyTimes,
  },
  {
    of: stripe,
    what: 'says that all is captured whatever its maker says',
    found_by: ['capture.too_much', 'capture.expired', 'capture.void', 'capture.failing', 'capture.answer_lost'],
    spoil: (good) => ({ capture: (capture, key) => captureOf(good)(capture, key).then(done, done) }),
  },
  {
    of: stripe,
    what: 'lets go of nothing',
    found_by: ['capture.void'],
    spoil: () => ({ void: done }),
  },
]

type Told = (dispute: DisputeState) => DisputeState

/** Tells of each dispute otherwise. */
const otherDisputes =
  (told: Told): Broken['spoil'] =>
  (good: CheckedProcessor) => ({
    async fetch(reference) {
      const state = await good.fetch(reference)
      return state.status === 'succeeded' ? { ...state, disputes: state.disputes?.map(told) } : state
    },
  })

/** Those that tell of a dispute what is not so. */
export const brokenDisputes: readonly Broken[] = [
  {
    of: stripe,
    what: 'keeps silent about disputes',
    found_by: ['disputes.told', 'disputes.warning', 'disputes.won', 'disputes.unknown_word'],
    spoil: (good) => ({
      async fetch(reference) {
        const state = await good.fetch(reference)
        return state.status === 'succeeded' ? { ...state, disputes: [] } : state
      },
    }),
  },
  {
    of: stripe,
    what: 'takes every dispute for money that was taken',
    found_by: ['disputes.warning', 'disputes.unknown_word'],
    spoil: otherDisputes((dispute) => (dispute.money === 'kept' ? { ...dispute, money: 'taken' } : dispute)),
  },
  {
    of: stripe,
    what: 'takes a status that it does not know for the end',
    found_by: ['disputes.unknown_word'],
    spoil: otherDisputes((dispute) => (dispute.status === 'under_review' ? { ...dispute, status: 'lost' } : dispute)),
  },
  {
    of: stripe,
    what: 'forgets the money of a dispute that was won',
    found_by: ['disputes.won'],
    spoil: otherDisputes((dispute) => (dispute.money === 'returned' ? { ...dispute, money: 'kept' } : dispute)),
  },
  {
    of: stripe,
    what: 'calls a dispute by another name each time',
    found_by: ['disputes.told', 'disputes.won'],
    spoil: otherDisputes((dispute) => ({ ...dispute, reference: randomUUID() })),
  },
]

/** Tells of each line otherwise. */
const otherLines =
  (told: (line: ToldLine) => ToldLine): Broken['spoil'] =>
  (good: CheckedProcessor) => ({
    settlements: {
      ...settlementsOf(good),
      async lines(reference, after) {
        const { items, next } = await settlementsOf(good).lines(reference, after)
        return { items: items.map(told), next }
      },
    },
  })

/** Those that tell of a settlement what is not so. */
export const brokenSettlements: readonly Broken[] = [
  {
    of: stripe,
    what: 'lists its settlements whatever the span of time',
    found_by: ['settlements.listed'],
    spoil: (good) => ({
      settlements: {
        ...settlementsOf(good),
        list: (_from, _to, after) => settlementsOf(good).list(new Date(0), new Date(Date.now() + 60_000), after),
      },
    }),
  },
  {
    of: stripe,
    what: 'forgets the fees',
    found_by: ['settlements.lines'],
    spoil: otherLines((line) => ({ ...line, fee: 0n })),
  },
  {
    of: stripe,
    what: 'has no amounts below zero',
    found_by: ['settlements.signed'],
    spoil: otherLines((line) => ({ ...line, gross: line.gross < 0n ? -line.gross : line.gross })),
  },
  {
    of: stripe,
    what: 'calls a line by another name each time',
    found_by: ['settlements.again'],
    spoil: otherLines((line) => ({ ...line, reference: randomUUID() })),
  },
  {
    of: stripe,
    what: 'reads the first page only',
    found_by: ['settlements.pages'],
    spoil: (good) => ({
      settlements: {
        ...settlementsOf(good),
        lines: async (reference) => ({ ...(await settlementsOf(good).lines(reference, undefined)), next: undefined }),
      },
    }),
  },
  {
    of: stripe,
    what: 'has settled nothing when nobody answers',
    found_by: ['settlements.failing'],
    spoil: (good) => ({
      settlements: {
        ...settlementsOf(good),
        list: (...span) =>
          settlementsOf(good)
            .list(...span)
            .catch(() => ({ items: [], next: undefined })),
      },
    }),
  },
]
