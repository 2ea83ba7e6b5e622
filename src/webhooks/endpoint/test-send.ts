import type { z } from 'zod'
import type { AppContext, RequestContext } from '../../context.ts'
import { createCache } from '../../core/cache.ts'
import { formatId, newId, randomBucket } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { apiVersion, version } from '../../core/version.ts'
import { type EventType, events } from '../../events/registry.ts'
import { createEndpointSecrets, sendSigned } from '../delivery/attempt.ts'
import { FailureLog } from '../delivery/failure-log.ts'
import { type TestSend, type testedEndpoint, testType } from './schema.ts'
import { findEndpointOrThrow } from './service.ts'

// A mistake must not become a flood at somebody's receiver. Counted by each process.
const sendsMax = 10
const within_ms = 60_000
const endpointsMax = 10_000
const sends = createCache<{ count: number }>({ size_max: endpointsMax, ttl_ms: within_ms })

/** Throws `too_many_attempts` for an endpoint that was tested too often within the minute. */
function countSend(endpointId: string): void {
  const known = sends.get(endpointId)
  if (known === undefined) sends.set(endpointId, { count: 1 })
  else if (known.count < sendsMax) known.count += 1
  else {
    throw new Problem('too_many_attempts', `An endpoint is tested at most ${sendsMax} times a minute.`, {
      retry_after_s: within_ms / 1_000,
    })
  }
}

/** What sends tests, over sockets of their own: one that hangs takes none from the events. */
export function createTestSender(app: Pick<AppContext, 'pool' | 'vault' | 'webhookClient' | 'log'>) {
  const failures = new FailureLog(app.log)
  const sender = {
    client: app.webhookClient,
    user_agent: `Tallystick/${version}`,
    destinationOf: createEndpointSecrets(app.vault),
    onUnusable: (endpoint: string, error: unknown) => failures.unusable(endpoint, error),
  }
  /**
   * Sends a sample to an endpoint, once, signed and guarded like an event, and tells what came of it. Nothing is stored. Throws
   * `not_found`, `too_many_attempts`, and `invalid_request` for the sample of an event in a live environment.
   */
  return async (context: RequestContext, shown: string, { type = testType }: TestSend) => {
    const { environment, now } = context
    if (environment.mode === 'live' && type !== testType) throw testOnly()
    const row = await findEndpointOrThrow(app.pool, environment.id, shown)
    countSend(row.id)
    const event_id = newId(randomBucket(), now.getTime())
    const id = formatId('event', event_id)
    const envelope = { id, type, created_at: now.toISOString(), mode: environment.mode, api_version: apiVersion }
    const data = type === testType ? { id: shown } : events[type as EventType].sample
    const body = JSON.stringify({ ...envelope, test: true, data })
    const target = { endpoint_id: row.id, event_id, url: row.url, secret: row.secret.toString('base64') }
    const { status_code, error, duration_ms } = await sendSigned(sender, target, body, now, `test ${row.id}`)
    const result: z.input<typeof testedEndpoint> = {
      id,
      type,
      delivered: error === undefined && status_code !== undefined && status_code >= 200 && status_code <= 299,
      ...(status_code !== undefined && { status_code }),
      ...(error !== undefined && { error }),
      duration_ms,
    }
    return result
  }
}

function testOnly(): Problem {
  const detail = `should be ${testType} in a live environment, where no sample may be taken for what happened`
  return new Problem('invalid_request', `/type: ${detail}`, {
    errors: [{ pointer: '/type', code: 'test_only', detail }],
  })
}
