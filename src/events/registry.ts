import type { z } from 'zod'
import { amountApplied, amountReversed, amountUnapplied, billUpdated } from './data.ts'
import { amountAppliedSample, amountReversedSample, amountUnappliedSample, billUpdatedSample } from './samples.ts'

/** An event: the sentence that the reference shows, the schema of its `data`, what of it is personal, and a sample. */
export type EventDefinition<Data extends z.ZodObject = z.ZodObject> = {
  summary: string
  data: Data
  /**
   * The fields of `data` in the merchant's own words, which may tell who it is about: they are stored apart, so that they can be
   * erased while the rest never changes. `applied_to.external_reference` is the field of a field.
   */
  personal: readonly string[]
  sample: z.input<Data>
}

const define = <Data extends z.ZodObject>(event: EventDefinition<Data>): EventDefinition<Data> => event

const applicationPersonal = ['metadata', 'applied_to.external_reference']

/** Every event there is. A type, once published, keeps its meaning. */
export const events = {
  'obligation.amount_applied': define({
    summary: 'Money of a payment was applied to a customer, an account or a bill.',
    data: amountApplied,
    personal: applicationPersonal,
    sample: amountAppliedSample,
  }),
  'obligation.amount_reversed': define({
    summary: 'An application was taken back, in whole or in part.',
    data: amountReversed,
    personal: applicationPersonal,
    sample: amountReversedSample,
  }),
  'payment.amount_unapplied': define({
    summary: 'A payment arrived and part of it, or all, fits nothing that is owed; it stays with the payment.',
    data: amountUnapplied,
    personal: ['metadata'],
    sample: amountUnappliedSample,
  }),
  'bill.updated': define({
    summary: 'The amount paid of a bill was set by hand, or the bill was adjusted or voided.',
    data: billUpdated,
    personal: ['external_reference', 'metadata'],
    sample: billUpdatedSample,
  }),
} as const

export type EventType = keyof typeof events

/** What `data` of a type of event holds. */
export type DataOf<Type extends EventType> = z.input<(typeof events)[Type]['data']>

/** Every type, in the order of the registry. */
export const eventTypes = Object.keys(events) as [EventType, ...EventType[]]
