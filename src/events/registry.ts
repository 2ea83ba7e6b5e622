import { showInstant } from '../core/clock.ts'
import type { Id } from '../core/id/id.ts'
import { showId } from '../core/id/id.ts'
import { splitPersonal } from './personal.ts'

/** Every event there is, with the sentence that the reference shows. A type, once published, keeps its meaning. */
export const eventTypes = {
  'obligation.amount_applied': 'Money of a payment was applied to a customer, an account or a bill.',
  'obligation.amount_reversed': 'An application was taken back, in whole or in part.',
  'payment.amount_unapplied':
    'A payment arrived and part of it, or all, fits nothing that is owed; it stays with the payment.',
  'bill.updated': 'The amount paid of a bill was set by hand, or the bill was voided.',
} as const

export type EventType = keyof typeof eventTypes

/** The version of the API that new keys, endpoints and events carry. */
export const apiVersion = '2026-11-01'

/** The environment that an event belongs to, as its envelope tells. */
export type EventEnvironment = { id: number; mode: 'test' | 'live' }

/** An event as it is written in the transaction of the change that it tells of. */
export type NewEvent = {
  /** The subject's, where the event tells of its making. */
  id: Id
  bucket: number
  environment_id: number
  type: EventType
  subject_id: Id
  /** The envelope and the facts. */
  body: string
  /** The members of `data` that may be erased; null when there are none. */
  personal: string | null
  created_at: Date
}

/** Renders the envelope, in the two parts that are stored. They fix the bytes that every attempt at every endpoint sends. */
export function renderEvent(
  environment: EventEnvironment,
  event: { id: Id; bucket: number; type: EventType; subject_id: Id; created_at: Date; data: Record<string, unknown> },
): NewEvent {
  const { facts, personal } = splitPersonal(event.data)
  const body = JSON.stringify({
    id: showId('event', event.id),
    type: event.type,
    created_at: showInstant(event.created_at),
    mode: environment.mode,
    api_version: apiVersion,
    data: facts,
  })
  return {
    id: event.id,
    bucket: event.bucket,
    environment_id: environment.id,
    type: event.type,
    subject_id: event.subject_id,
    body,
    personal: personal === undefined ? null : JSON.stringify(personal),
    created_at: event.created_at,
  }
}
