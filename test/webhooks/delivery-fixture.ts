import { onTestFinished } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { settableClock } from '../../src/core/clock.ts'
import { derivedDataKeys } from '../../src/core/data-keys.ts'
import { type Id, newId, randomBucket } from '../../src/core/id/id.ts'
import { openVault } from '../../src/core/secret.ts'
import type { Pool } from '../../src/database/pool.ts'
import { writeEvents } from '../../src/events/outbox.ts'
import { createAddressGuard } from '../../src/net/address-guard.ts'
import { createHttpClient } from '../../src/net/http-client.ts'
import { sealCredentials } from '../../src/webhooks/credentials.ts'
import { createDispatcher, type DispatcherOptions } from '../../src/webhooks/delivery/dispatcher.ts'
import { newSigningSecret } from '../../src/webhooks/signing.ts'
import type { TestDatabase } from '../support/database.ts'
import { noteEndpoint } from '../support/known-endpoints.ts'

export type DeliveryRow = { event_id: Id; status: string; attempts: number; wait_s: number; ended: boolean }
export type AttemptRow = {
  number: number
  status_code: number | null
  error: string | null
  response_excerpt: string | null
}
/** The key that the secrets of its endpoints are encrypted with. */
export const fixtureKey = 'an encryption key of a test, long enough'
export type LogLine = { level: string; message: string; fields: object }

/** A merchant's environment with endpoints, events, and dispatchers that stop with the test. */
export async function deliveryFixture({ pool, owner }: TestDatabase) {
  const clock = settableClock(new Date())
  const vault = openVault(derivedDataKeys(fixtureKey))
  // What other tests of the file left is not this one's business.
  await owner.query("update webhook_delivery set status = 'cancelled', settled_at = now() where status = 'pending'")
  const environmentId = await makeEnvironment(owner, clock.now())
  const log: LogLine[] = []
  const logger = (level: string) => (fields: object, message: string) => void log.push({ level, message, fields })

  return {
    clock,
    vault,
    log,
    environmentId,
    async endpoint(url: string, ...secrets: string[]): Promise<Id> {
      const id = newId(randomBucket(), clock.now().getTime())
      const [newest = newSigningSecret(), older] = secrets
      const valid_until = new Date(clock.now().getTime() + 3_600_000).toISOString()
      const previous = older === undefined ? {} : { previous: { secret: older, valid_until } }
      const secret = sealCredentials(vault, { secret: newest, ...previous, headers: {} })
      await owner.query(
        `insert into webhook_endpoint (id, environment_id, url, secret, api_version, created_at, updated_at)
         values ($1, $2, $3, $4, '2026-11-01', $5, $5)`,
        [id, environmentId, url, secret, clock.now()],
      )
      noteEndpoint(id, url, [newest, older ?? []].flat(), true)
      return id
    },
    /** Writes `count` events as the outbox does, and gives their ids. */
    async events(count = 1, database: Parameters<typeof writeEvents>[0] = pool): Promise<Id[]> {
      const created_at = clock.now()
      const ids = Array.from({ length: count }, () => newId(randomBucket(), created_at.getTime()))
      const event = (id: Id) => ({
        id,
        bucket: Number.parseInt(id.slice(-4), 16),
        environment_id: environmentId,
        subject_id: id,
      })
      const body = (id: Id) => JSON.stringify({ id, note: 'R 20,00 \u{1f4b8} "\\' })
      await writeEvents(
        database,
        ids.map((id) => ({
          ...event(id),
          type: 'payment.amount_unapplied' as const,
          body: body(id),
          personal: null,
          created_at,
          traceparent: null,
        })),
      )
      return ids
    },
    dispatcher(more: Partial<DispatcherOptions> = {}) {
      const guard = createAddressGuard({ allow_loopback: true, allowed_hosts: [] })
      const client = createHttpClient({ guard, clock, deadline_ms: 3000 })
      const log = { debug: () => {}, info: logger('info'), warn: logger('warn'), error: logger('error') }
      const dispatcher = createDispatcher({
        pool,
        clock,
        vault,
        client,
        version: '1.2.3',
        log,
        retry_waits_s: readConfig({}).webhook_retry_waits_s,
        random: () => 0,
        ...more,
      })
      onTestFinished(async () => {
        await client.close()
        await dispatcher.stop()
      })
      return dispatcher
    },
    /** The deliveries of an endpoint, oldest event first; `wait_s` is how long until each is due. */
    async deliveries(endpointId: Id): Promise<DeliveryRow[]> {
      const { rows } = await pool.query<DeliveryRow>(
        `select event_id, status, attempts, settled_at is not null as ended,
           case when next_attempt_at = 'infinity' then 'infinity' else extract(epoch from next_attempt_at - $2) end::float as wait_s
         from webhook_delivery where endpoint_id = $1 order by event_id`,
        [endpointId, clock.now()],
      )
      return rows
    },
    async attempts(endpointId: Id): Promise<AttemptRow[]> {
      const { rows } = await pool.query<AttemptRow>(
        `select number, status_code, error, response_excerpt from webhook_attempt
         where endpoint_id = $1 order by event_id, number`,
        [endpointId],
      )
      return rows
    },
  }
}

async function makeEnvironment(owner: Pool, now: Date): Promise<number> {
  const slug = `m${newId(0, now.getTime()).slice(14, 23)}`
  const { rows } = await owner.query<{ id: number }>(
    `with made as (insert into merchant (slug, name, created_at) values ($1, 'A merchant', $2) returning id)
     insert into environment (merchant_id, mode) select id, 'test' from made returning id`,
    [slug, now],
  )
  return rows[0]?.id as number
}
