import { invalidCursor, type ListFilters } from '../../api/pagination.ts'
import type { AppContext } from '../../context.ts'
import { canonicalJson } from '../../core/canonical-json.ts'
import { decode, encode } from '../../core/id/base62.ts'
import { sameSecret } from '../../core/secret.ts'
import type { DeliveryPair } from './store.ts'

// Deliveries have no id of their own, so their cursors hold two.
const shownLength = 22

/** Behind which delivery a page starts; undefined for the first one. Throws `invalid_cursor` for a cursor that this list did not return for these filters. */
export function pageStart(
  app: Pick<AppContext, 'vault'>,
  cursor: string | undefined,
  filters: ListFilters,
): DeliveryPair | undefined {
  if (cursor === undefined) return undefined
  const event_id = decode(cursor.slice(0, shownLength))
  const endpoint_id = decode(cursor.slice(shownLength, 2 * shownLength))
  if (event_id !== undefined && endpoint_id !== undefined) {
    const place = { event_id, endpoint_id }
    if (sameSecret(cursor, placeAfter(app, filters, place))) return place
  }
  throw invalidCursor()
}

/** The cursor of the page after a place. */
export function placeAfter(
  { vault }: Pick<AppContext, 'vault'>,
  filters: ListFilters,
  { event_id, endpoint_id }: DeliveryPair,
): string {
  const place = `${event_id} ${endpoint_id}`
  return encode(event_id) + encode(endpoint_id) + vault.token('cursor', 'delivery', canonicalJson(filters), place)
}
