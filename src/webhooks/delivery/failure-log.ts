import { createCache } from '../../core/cache.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import type { Log } from '../../core/log.ts'
import type { DeliveryOutcome } from './store.ts'

/** Ids for the log, in the form of the API. */
export function shown({ endpoint_id, event_id }: { endpoint_id: Id; event_id?: Id }): object {
  const endpoint = { endpoint_id: formatId('endpoint', endpoint_id) }
  return event_id === undefined ? endpoint : { ...endpoint, event_id: formatId('event', event_id) }
}

/** Says what goes wrong with endpoints: of each at most once a minute, so that an unstable one cannot fill the log. */
export class FailureLog {
  readonly #log: Log
  readonly #logged = createCache<true>({ size_max: 1_000, ttl_ms: 60_000 })

  constructor(log: Log) {
    this.#log = log
  }

  /** An endpoint whose secret or address cannot be used. */
  unusable(endpoint_id: string, error: unknown): void {
    if (this.#may(endpoint_id)) {
      this.#log.error({ ...shown({ endpoint_id }), err: error }, 'a webhook endpoint cannot be used')
    }
  }

  /** An attempt that failed: the first of an endpoint since its last success, or the last of a delivery. */
  failed({ delivery: { endpoint_id, event_id }, status, attempt }: DeliveryOutcome, failuresBefore: number): void {
    if (status === 'exhausted' && this.#may(`exhausted ${endpoint_id}`)) {
      const text = 'the last attempt at a webhook has failed; it is not tried again by itself'
      this.#log.warn(shown({ endpoint_id, event_id }), text)
    }
    if (status !== 'pending' || attempt === undefined || failuresBefore > 0 || !this.#may(endpoint_id)) return
    const { status_code, error, duration_ms } = attempt
    this.#log.warn(
      { ...shown({ endpoint_id, event_id }), status_code, error, duration_ms },
      'a webhook endpoint fails; its deliveries are retried',
    )
  }

  #may(subject: string): boolean {
    if (this.#logged.get(subject)) return false
    this.#logged.set(subject, true)
    return true
  }
}
