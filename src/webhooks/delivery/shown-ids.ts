import { formatId, type Id } from '../../core/id/id.ts'

/** Ids for the log, in the form of the API. */
export function shown({ endpoint_id, event_id }: { endpoint_id: Id; event_id?: Id }): object {
  const endpoint = { endpoint_id: formatId('endpoint', endpoint_id) }
  return event_id === undefined ? endpoint : { ...endpoint, event_id: formatId('event', event_id) }
}
