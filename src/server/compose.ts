import { type Authenticator, createAuthenticator } from '../api/auth.ts'
import { createKeyUses, type KeyUses } from '../api/key-uses.ts'
import type { AppContext, BatchLimits } from '../context.ts'
import type { Clock } from '../core/clock.ts'
import type { DataKeys } from '../core/data-keys.ts'
import { newFigures } from '../core/figures.ts'
import type { Log } from '../core/log.ts'
import type { Network } from '../core/networks.ts'
import { openVault } from '../core/secret.ts'
import { Semaphore } from '../core/semaphore.ts'
import { version } from '../core/version.ts'
import { createOutage } from '../database/outage.ts'
import { openReportPool, type Pool } from '../database/pool.ts'
import { oneNode, type ShardMap } from '../database/shard-map.ts'
import { createEventFeed } from '../events/feed/sequencer.ts'
import { createPaymentQueue } from '../ledger/payments/queue.ts'
import { findClients } from '../limits/client-address.ts'
import { createFairTurns } from '../limits/fair-turns.ts'
import { createLimiter } from '../limits/limiter.ts'
import { type LimitKind, type LimitPolicies, usualPolicies } from '../limits/policies.ts'
import { type AddressRules, createAddressGuard } from '../net/address-guard.ts'
import { createGuardedFetch } from '../net/guarded-fetch.ts'
import { createHttpClient } from '../net/http-client.ts'
import { createMailer, type MailSettings } from '../net/mailer.ts'
import { apart } from '../tracing/span.ts'
import { createDispatcher, type Dispatcher } from '../webhooks/delivery/dispatcher.ts'
import { countFailedKeys } from './limit-requests.ts'

/** What every resource is given, and what must be closed in the end. */
export type Composition = {
  app: AppContext
  authenticator: Authenticator
  key_uses: KeyUses
  dispatcher: Dispatcher
  close(): Promise<void>
}

// A report may read much of the database: more at a time would be felt by payers.
const reportsMax = 2

// A payer waits for the answer.
const processorDeadlineMs = 12_000

/** Processors are on the public internet, unless the operator has named other places. */
function openProcessorFetch(places: readonly (string | undefined)[]) {
  const allowed_hosts = places.filter((place) => place !== undefined).map((place) => new URL(place).host)
  return createGuardedFetch(createAddressGuard({ allow_loopback: false, allowed_hosts }), processorDeadlineMs)
}

/**
 * A single call waits behind at most so many rows: of the queues, what they commit with three and two transactions; of the pool's
 * twelve connections a third. A batch and its answer take some megabytes.
 */
function makeBatchLimits(): BatchLimits {
  return {
    batches: new Semaphore(16),
    payments: new Semaphore(256),
    accounts: new Semaphore(128),
    transactions: new Semaphore(4),
  }
}

/** Who may ask for how much, and in which order. */
function composeLimits(
  { pool, vault, figures, log }: Pick<AppContext, 'pool' | 'vault' | 'figures' | 'log'>,
  {
    limits: policies = usualPolicies,
    trusted_proxies = [],
    lease_within_ms,
  }: { limits?: LimitPolicies; trusted_proxies?: readonly Network[]; lease_within_ms?: number },
): Pick<AppContext, 'limits' | 'clientOf' | 'turns'> {
  const refused = (kind: LimitKind) => {
    figures.limits.rate_limited[kind] += 1
  }
  return {
    limits: createLimiter({ pool, vault, policies, refused, lease_within_ms }),
    clientOf: findClients(trusted_proxies, log),
    turns: createFairTurns(),
  }
}

/** Makes the parts that the program shares and connects them. Nothing runs yet: the caller listens and starts the jobs. */
export function compose(parts: {
  pool: Pool
  /** Where rows lie; all of them where `pool` leads, unless given. */
  shards?: ShardMap
  clock: Clock
  data_keys: DataKeys
  webhooks: AddressRules & { retry_waits_s: readonly number[]; authorities?: readonly string[] }
  mail?: MailSettings | undefined
  stripe_url?: string | undefined
  paystack_url?: string | undefined
  /** Whose `X-Forwarded-For` counts; nobody's unless given. */
  trusted_proxies?: readonly Network[]
  /** The usual ones unless given. */
  limits?: LimitPolicies
  /** How long a limit waits for the database; the usual time unless given. */
  lease_within_ms?: number
  log: Log
  publicUrl(): string
}): Composition {
  const { pool, clock, log, shards = oneNode(pool) } = parts
  const vault = openVault(parts.data_keys)
  const figures = newFigures()
  const guard = createAddressGuard(parts.webhooks)
  const client = createHttpClient({ guard, clock, authorities: parts.webhooks.authorities ?? [] })
  const dispatcher = createDispatcher({
    pool,
    clock,
    vault,
    client,
    version,
    log,
    retry_waits_s: parts.webhooks.retry_waits_s,
    attempts: figures.attempts,
  })
  const eventFeed = createEventFeed(pool, () => dispatcher.wake())
  const wakeDispatcher = () => apart(() => dispatcher.wake())
  const eventsCommitted = () => {
    wakeDispatcher()
    apart(() => eventFeed.wake())
  }
  const processorFetch = openProcessorFetch([parts.stripe_url, parts.paystack_url])
  const keyUses = createKeyUses()
  const limits = composeLimits({ pool, vault, figures, log }, parts)
  const authenticator = createAuthenticator(pool, clock, keyUses, countFailedKeys(limits))
  const app: AppContext = {
    pool,
    shards,
    clock,
    vault,
    payments: createPaymentQueue({
      shards,
      now: () => clock.now(),
      committed: eventsCommitted,
      figures: figures.payments,
    }),
    batchLimits: makeBatchLimits(),
    ...limits,
    reports: { pool: openReportPool(pool, reportsMax), running: new Semaphore(reportsMax) },
    publicUrl: parts.publicUrl,
    eventFeed,
    eventsCommitted,
    wakeDispatcher,
    settingsChanged: () => authenticator.forget(),
    checkWebhookUrl: (url) => guard.checkUrl(url),
    mailer: parts.mail && createMailer(parts.mail),
    webhookClient: client,
    processorClient: {
      fetch: processorFetch.fetch,
      stripe_url: parts.stripe_url,
      paystack_url: parts.paystack_url,
      figures: figures.processors,
    },
    figures,
    log,
    outage: createOutage(log),
  }
  // An idle connection that breaks. Those of a pool that is ending may see the database stop.
  pool.on('error', (error) => {
    if (!pool.ending) app.outage.failed(error)
  })
  return {
    app,
    authenticator,
    key_uses: keyUses,
    dispatcher,
    async close() {
      await app.payments.drain()
      await client.close()
      await processorFetch.close()
      await app.reports.pool.end()
    },
  }
}
