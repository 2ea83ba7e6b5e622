import { randomUUID } from 'node:crypto'
import { ProcessorFault } from '../../../src/payments/processor/fault.ts'
import { type Broken, saidOf } from './spoiled.ts'

const isUnknown = (error: unknown) => error instanceof ProcessorFault && error.kind === 'unknown'

/** Those that do something wrong with a charge. */
export const brokenCharges: readonly Broken[] = [
  {
    what: 'tries again by itself, with another key',
    found_by: ['open.answer_lost'],
    spoil: (good) => ({
      open: (charge, key) =>
        good.open(charge, key).catch((error: unknown) => {
          if (isUnknown(error)) return good.open(charge, `${key}:again`)
          throw error
        }),
    }),
  },
  {
    what: 'makes a random key',
    found_by: ['open.once', 'open.another_process', 'open.answer_lost'],
    spoil: (good) => ({ open: (charge) => good.open(charge, randomUUID()) }),
  },
  {
    what: 'keeps its keys in memory',
    found_by: ['open.another_process'],
    spoil(good) {
      const keys = new Map<string, string>()
      return {
        open(charge, key) {
          if (!keys.has(key)) keys.set(key, randomUUID())
          return good.open(charge, keys.get(key) as string)
        },
      }
    },
  },
  {
    what: 'leads to a page elsewhere',
    found_by: ['open.page'],
    spoil: (good) => ({
      open: async (charge, key) => ({ ...(await good.open(charge, key)), url: 'https://evil.example/pay' }),
    }),
  },
  {
    what: 'lets its pages be over plain http',
    found_by: ['open.page'],
    spoil: (good) => ({ page_origins: [...good.page_origins, 'http://pay.acme.example'] }),
  },
  {
    what: 'takes a time-out for a refusal',
    found_by: ['open.failing', 'open.answer_lost', 'open.deadline'],
    spoil: (good) => ({
      open: (charge, key) =>
        good.open(charge, key).catch(() => {
          throw new ProcessorFault('refused', 'Acme Pay did not do it')
        }),
    }),
  },
  {
    what: 'multiplies amounts as floats',
    found_by: ['amounts.asked'],
    spoil: (good) => ({
      open: (charge, key) =>
        good.open({ ...charge, amount: BigInt(Math.trunc((Number(charge.amount) / 100) * 100)) }, key),
    }),
  },
  {
    what: 'gives every currency two decimals',
    found_by: ['amounts.asked'],
    spoil: (good) => ({
      open: (charge, key) =>
        good.open({ ...charge, amount: charge.currency === 'JPY' ? charge.amount * 100n : charge.amount }, key),
    }),
  },
  {
    what: 'ignores which currency arrived',
    found_by: ['amounts.other_currency', 'amounts.arrived'],
    spoil: (good) => ({ fetch: async (reference) => ({ ...(await good.fetch(reference)), currency: 'ZAR' }) }),
  },
  {
    what: 'guesses the amount that was asked',
    found_by: ['amounts.missing', 'amounts.other'],
    spoil(good) {
      let asked = 0n
      return {
        open(charge, key) {
          asked = charge.amount
          return good.open(charge, key)
        },
        fetch: async (reference) => ({ ...(await good.fetch(reference)), amount: asked }),
      }
    },
  },
  {
    what: 'takes an unknown word for success',
    found_by: ['fetch.unknown_word'],
    spoil: (good, setting) => ({
      async fetch(reference) {
        const state = await good.fetch(reference)
        const known = ['open', 'waiting', 'paid', 'refused', 'lapsed', 'cancelled']
        if (known.includes((await saidOf(setting, reference)).state)) return state
        return { status: 'succeeded', at: new Date(), amount: 2_000n, currency: 'ZAR' }
      },
    }),
  },
  {
    what: 'takes a bank that waits for a refusal',
    found_by: ['fetch.pending'],
    spoil: (good) => ({
      async fetch(reference) {
        const state = await good.fetch(reference)
        const decline = { error_code: 'slow', decline_code: 'slow', message: 'The bank is slow.' }
        return state.status === 'pending' ? { status: 'failed', decline } : state
      },
    }),
  },
  {
    what: 'says open when nobody answers',
    found_by: ['fetch.failing', 'fetch.deadline'],
    spoil: (good) => ({ fetch: (reference) => good.fetch(reference).catch(() => ({ status: 'open' })) }),
  },
  {
    what: 'keeps a whole card number',
    found_by: ['fetch.succeeded'],
    spoil: (good) => ({
      async fetch(reference) {
        const state = await good.fetch(reference)
        const card = { type: 'CREDIT', scheme: 'VISA 4242 4242 4242 4242', last4: '4242' }
        return state.status === 'succeeded' ? { ...state, method_details: { type: 'card', card } } : state
      },
    }),
  },
  {
    what: 'says closed whatever the maker says',
    found_by: ['close.too_late', 'close.failing'],
    spoil: (good) => ({
      close: (reference) =>
        good.close(reference).then(
          () => 'closed',
          () => 'closed',
        ),
    }),
  },
  {
    what: 'closes nothing',
    found_by: ['close.closed'],
    spoil: () => ({ close: async () => 'closed' }),
  },
  {
    what: 'calls every charge by one name',
    found_by: ['open.reference'],
    spoil: (good) => ({
      open: async (charge, key) => ({ ...(await good.open(charge, key)), reference: 'the charge' }),
    }),
  },
  {
    what: 'has opened a charge whatever is answered',
    found_by: ['open.unreadable', 'open.failing', 'open.refused'],
    spoil: (good, { base_url }) => ({
      open: (charge, key) => good.open(charge, key).catch(() => ({ reference: key, url: `${base_url}/pay/${key}` })),
    }),
  },
  {
    what: 'calls everything that is not decided pending',
    found_by: ['fetch.open', 'wake.not_believed'],
    spoil: (good) => ({
      async fetch(reference) {
        const state = await good.fetch(reference)
        return state.status === 'open' ? { status: 'pending' } : state
      },
    }),
  },
  {
    what: 'goes back from success',
    found_by: ['fetch.forward'],
    spoil(good) {
      const told = new Set<string>()
      return {
        async fetch(reference) {
          const state = await good.fetch(reference)
          if (state.status === 'succeeded' && told.has(reference)) return { status: 'pending' }
          told.add(reference)
          return state
        },
      }
    },
  },
  {
    what: 'gives sentences for codes',
    found_by: ['fetch.declined'],
    spoil: (good) => ({
      async fetch(reference) {
        const state = await good.fetch(reference)
        if (state.status !== 'failed') return state
        return { ...state, decline: { ...state.decline, decline_code: 'Not enough money!' } }
      },
    }),
  },
  {
    what: 'waits for ever for a charge that has run out',
    found_by: ['fetch.expired'],
    spoil: (good, setting) => ({
      async fetch(reference) {
        const state = await good.fetch(reference)
        return (await saidOf(setting, reference)).state === 'lapsed' ? { status: 'open' } : state
      },
    }),
  },
  {
    what: 'takes an answer that cannot be read for a failure',
    found_by: ['fetch.unreadable', 'fetch.failing'],
    spoil: (good) => ({
      fetch: (reference) =>
        good.fetch(reference).catch(() => {
          const decline = { error_code: 'no_answer', decline_code: 'no_answer', message: 'Nobody answered.' }
          return { status: 'failed', decline }
        }),
    }),
  },
  {
    what: 'breaks when it closes a charge again',
    found_by: ['close.twice'],
    spoil(good) {
      const closed = new Set<string>()
      return {
        async close(reference) {
          if (closed.has(reference)) throw new Error('closed already')
          closed.add(reference)
          return good.close(reference)
        },
      }
    },
  },
]
