import { decode, encode } from './base62.ts'
import { type Id, idPrefixes } from './id.ts'

const shownLength = 22

/** The public id of a delivery, which is the pair of its event and its endpoint. */
export function formatDeliveryId(eventId: Id, endpointId: Id): string {
  return idPrefixes.delivery + encode(eventId) + encode(endpointId)
}

/** Parses what `formatDeliveryId` returned; `undefined` when it is not the id of a delivery. */
export function parseDeliveryId(shown: string): { event_id: Id; endpoint_id: Id } | undefined {
  if (!shown.startsWith(idPrefixes.delivery)) return undefined
  const pair = shown.slice(idPrefixes.delivery.length)
  const event_id = decode(pair.slice(0, shownLength))
  const endpoint_id = decode(pair.slice(shownLength))
  return event_id === undefined || endpoint_id === undefined ? undefined : { event_id, endpoint_id }
}
