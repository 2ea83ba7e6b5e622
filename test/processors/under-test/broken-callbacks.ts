import { randomUUID } from 'node:crypto'
import { openAcmePay } from '../../../examples/acme-pay/acme-pay.ts'
import { CallbackRefused } from '../../../src/payments/processor/fault.ts'
import type { Processor } from '../../../src/payments/processor/processor.ts'
import type { Broken } from './spoiled.ts'

const parsed = (raw_body: Buffer) => JSON.parse(raw_body.toString('utf8')) as { charge: string }
const wakeOf = (good: Processor) => good.wake as NonNullable<Processor['wake']>

/** Those that do something wrong with a callback. */
export const brokenCallbacks: readonly Broken[] = [
  {
    what: 'takes any signature',
    found_by: ['wake.forged', 'wake.changed', 'wake.unsigned', 'wake.stale'],
    spoil: () => ({
      wake(raw_body, headers) {
        if (raw_body.length === 0) throw new CallbackRefused('it is empty')
        return [{ event_id: String(headers['webhook-id']), reference: parsed(raw_body).charge }]
      },
    }),
  },
  {
    what: 'writes the JSON anew before it verifies it',
    found_by: ['wake.bytes'],
    spoil: (good) => ({
      wake(raw_body, headers) {
        let anew: string
        try {
          anew = JSON.stringify(parsed(raw_body))
        } catch {
          throw new CallbackRefused('it is not JSON')
        }
        return wakeOf(good)(Buffer.from(anew), headers)
      },
    }),
  },
  {
    what: 'reads before it verifies, and breaks on what is not JSON',
    found_by: ['wake.nonsense', 'wake.changed'],
    spoil: (good) => ({
      wake(raw_body, headers) {
        const { charge } = parsed(raw_body)
        return wakeOf(good)(raw_body, headers).map((wake) => ({ ...wake, reference: charge }))
      },
    }),
  },
  {
    what: 'believes what a callback says',
    found_by: ['wake.not_believed'],
    spoil(good) {
      const told = new Set<string>()
      return {
        wake(raw_body, headers) {
          const wakes = wakeOf(good)(raw_body, headers)
          for (const { reference } of wakes) told.add(reference)
          return wakes
        },
        async fetch(reference) {
          if (!told.has(reference)) return good.fetch(reference)
          return { status: 'succeeded', at: new Date(), amount: 2_000n, currency: 'ZAR' }
        },
      }
    },
  },
  {
    what: 'makes an id of its own for each callback',
    found_by: ['wake.repeated'],
    spoil: (good) => ({
      wake: (raw_body, headers) => wakeOf(good)(raw_body, headers).map((wake) => ({ ...wake, event_id: randomUUID() })),
    }),
  },
  {
    what: 'listens to callbacks of the other mode',
    found_by: ['wake.other_mode'],
    spoil: (good, setting) => ({
      wake: (raw_body, headers) => [
        ...wakeOf(good)(raw_body, headers),
        ...wakeOf(openAcmePay({ ...setting, mode: 'test' }))(raw_body, headers),
      ],
    }),
  },
  {
    what: 'takes callbacks of any age',
    found_by: ['wake.stale'],
    spoil: (_good, setting) => ({
      wake(raw_body, headers) {
        const at = new Date(Number(headers['webhook-timestamp']) * 1_000)
        return wakeOf(openAcmePay({ ...setting, clock: { now: () => at } }))(raw_body, headers)
      },
    }),
  },
  {
    what: 'wakes the charge before',
    found_by: ['wake.signed'],
    spoil(good) {
      let last = 'ch_none'
      return {
        wake: (raw_body, headers) =>
          wakeOf(good)(raw_body, headers).map((wake) => {
            const before = { ...wake, reference: last }
            last = wake.reference
            return before
          }),
      }
    },
  },
  {
    what: 'takes the charge for the event',
    found_by: ['wake.another_event'],
    spoil: (good) => ({
      wake: (raw_body, headers) =>
        wakeOf(good)(raw_body, headers).map((wake) => ({ ...wake, event_id: wake.reference })),
    }),
  },
]
