import { parseJson } from '../core/json-reader.ts'
import { type EventType, events } from './registry.ts'

// Money that moves beside balances: what arrived, what of it is for nothing that is owed, what was returned, and what went on.
const besideBalances: ReadonlySet<string> = new Set<EventType>([
  'payment.succeeded',
  'payment.amount_unapplied',
  'payment.reversed',
  'payment.transferred',
])

type Facts = {
  sequence?: number
  amount?: number
  currency?: string
  balance_before?: number
  balance_after?: number
}

/** `data` of a stored event, without what is personal. */
function factsOf(body: string): Facts {
  return (parseJson(body) as { data?: Facts }).data ?? {}
}

/**
 * Whether a stored event moves money, so that books have something to post: a step of a balance, which has a `sequence`, or money beside
 * balances. Its body is read only where the type leaves it open, such as `customer.updated`.
 */
export function movesMoney(type: string, body: string): boolean {
  if (besideBalances.has(type)) return true
  if (!Object.hasOwn(events, type) || !('sequence' in events[type as EventType].data.shape)) return false
  return factsOf(body).sequence !== undefined
}

/** How much a stored event moves, in minor units: its amount, or else by how much the balance changed. */
export function movedAmount(body: string): { amount?: number; currency?: string } {
  const { amount, currency, balance_before, balance_after } = factsOf(body)
  const step = balance_before === undefined || balance_after === undefined ? undefined : balance_after - balance_before
  const moved = amount ?? step
  return { ...(moved !== undefined && { amount: moved }), ...(currency !== undefined && { currency }) }
}
