import type { z } from 'zod'
import { amountApplied, amountReversed, amountUnapplied, billUpdated } from './data.ts'
import { type PersonalFields, personalFields } from './personal.ts'
import { amountAppliedSample, amountReversedSample, amountUnappliedSample, billUpdatedSample } from './samples.ts'

/**
 * An event: the sentence that the reference shows, the schema of its `data`, which of its fields are personal, and a
 * sample.
 */
export type EventDefinition<Data extends z.ZodObject = z.ZodObject> = {
  summary: string
  data: Data
  /**
   * The fields of `data` that the merchant chose and that may identify a person. They are stored apart, so that they
   * can be erased while the rest never changes. A dot names a nested field: `applied_to.external_reference`.
   */
  personal: PersonalFields
  sample: z.input<Data>
}

const define = <Data extends z.ZodObject>(event: EventDefinition<Data>): EventDefinition<Data> => event

const applicationPersonal = personalFields(['metadata', 'applied_to.external_reference'])

/** Every event. A published type keeps its meaning. */
export const events = {
  'obligation.amount_applied': define({
    summary: 'Money from a payment was applied to a customer, an account or a bill.',
    data: amountApplied,
    personal: applicationPersonal,
    sample: amountAppliedSample,
  }),
  'obligation.amount_reversed': define({
    summary: 'An application was reversed, in whole or in part.',
    data: amountReversed,
    personal: applicationPersonal,
    sample: amountReversedSample,
  }),
  'payment.amount_unapplied': define({
    summary: 'A payment arrived and some or all of it matches nothing that is owed; that part stays unapplied.',
    data: amountUnapplied,
    personal: personalFields(['metadata']),
    sample: amountUnappliedSample,
  }),
  'bill.updated': define({
    summary: 'The amount_paid of a bill was set by hand, or the bill was adjusted or voided.',
    data: billUpdated,
    personal: personalFields(['external_reference', 'metadata']),
    sample: billUpdatedSample,
  }),
} as const

export type EventType = keyof typeof events

/** What `data` of a type of event holds. */
export type DataOf<Type extends EventType> = z.input<(typeof events)[Type]['data']>

/** Every type, in the order of the registry. */
export const eventTypes = Object.keys(events) as [EventType, ...EventType[]]
