import type { Router } from '../api/fastify.ts'
import { type Config, localUrl } from '../config.ts'
import type { AppContext } from '../context.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { version } from '../core/version.ts'
import { backUp } from '../jobs/back-up.ts'
import { createJobs, jobDefinitions } from '../jobs/index.ts'
import type { JobDefinition } from '../jobs/periodic.ts'
import { type LimitPolicies, usualPolicies } from '../limits/policies.ts'
import { ensureFirstMerchant } from '../merchant/merchant.ts'
import { findTracer } from '../tracing/tracer.ts'
import { compose } from './compose.ts'
import { readDataKeys } from './data-keys.ts'
import { type DatabaseFacts, databaseFacts } from './database-facts.ts'
import { createDrain } from './drain.ts'
import { serveMetrics } from './metrics/listener.ts'
import { type OpenDatabase, openDatabase } from './open-database.ts'
import { buildServer } from './server.ts'
import { watchLoop } from './shed-load.ts'

/** A running server. */
export type Program = {
  /** Where it listens. */
  url: string
  /** The test key that the first start made, to be printed once. */
  made_test_key: string | undefined
  app: AppContext
  /** Resolves with a sentence when the bundled database ends unexpectedly. */
  died: Promise<string>
  /**
   * Still serves for `drain_s` seconds while others take over, then refuses new requests, finishes those in progress, lets deliveries
   * in flight end, and closes the database.
   */
  stop(drain_s: number): Promise<void>
}

// Responses that take longer are cut off, so that a client that does not read cannot prevent the stop.
const lastAnswersMs = 10_000

/** Composes everything, listens, and starts the jobs. */
export async function startProgram(config: Config, log: Log, clock: Clock): Promise<Program> {
  const database = await openDatabase(config, log)
  try {
    return await serve(config, log, clock, database)
  } catch (error) {
    await database.close()
    throw error
  }
}

async function serve(config: Config, log: Log, clock: Clock, database: OpenDatabase): Promise<Program> {
  const { pool, shards } = database
  const { keys, by_previous } = await readDataKeys(pool, config, clock.now())
  const facts = await databaseFacts(pool)
  const { made_test_key } = await ensureFirstMerchant(pool, config.test_key, clock.now())
  let publicUrl = config.public_url
  const composition = compose({
    pool,
    ...(shards && { shards }),
    clock,
    data_keys: keys,
    webhooks: {
      allow_loopback: config.database_url === undefined,
      allowed_hosts: config.webhook_allowed_hosts,
      allow_private: config.webhook_allow_private,
      retry_waits_s: config.webhook_retry_waits_s,
      authorities: config.webhook_authorities,
    },
    mail: config.mail,
    stripe_url: config.stripe_url,
    paystack_url: config.paystack_url,
    trusted_proxies: config.trusted_proxies,
    limits: policiesOf(config),
    log,
    publicUrl: () => publicUrl ?? localUrl(config.host, config.port),
  })
  const { app, dispatcher, key_uses } = composition
  const jobs = createJobs(app, [...jobDefinitions(app, dispatcher, key_uses), ...backupJobs(app, config, database)])
  const drain = createDrain()
  const loop = watchLoop()
  const options = { jobs: () => jobs.status(), drain, is_late: loop.isLate }
  const router = await buildServer(app, composition.authenticator, options)
  const metrics = config.metrics && (await serveMetrics(app, () => jobs.status(), config.metrics))
  const url = await listen(router, config)
  publicUrl ??= url
  logStart(config, log, url, { ...database, ...facts })
  if (by_previous) {
    log.warn({}, 'only TALLYSTICK_ENCRYPTION_KEY_PREVIOUS opens the database: run tallystick keys rotate-encryption')
  }
  if (findTracer()) log.info({}, 'an OpenTelemetry SDK is loaded: it is given spans')
  if (metrics) log.info({ address: `${localUrl(metrics.host, metrics.port)}/metrics` }, 'metrics are served')
  jobs.start()
  return {
    url,
    made_test_key,
    app,
    died: database.died,
    async stop(drain_s) {
      try {
        const drained = drain.run(drain_s)
        // Their connections are needed no more, and are closed behind the answer from now on.
        app.eventFeed.endWaits()
        await drained
        await close(router)
        loop.stop()
        await metrics?.close()
        await jobs.stop()
        await composition.close()
      } finally {
        await database.close()
      }
    },
  }
}

/** Keys are limited where the operator says so. */
function policiesOf({ key_requests_per_s }: Config): LimitPolicies {
  return key_requests_per_s === undefined
    ? usualPolicies
    : { ...usualPolicies, key: { quota: key_requests_per_s, window_s: 1 } }
}

/** A PostgreSQL of the operator's is the operator's to back up. */
function backupJobs(app: AppContext, { data_dir, backup }: Config, { superuser }: OpenDatabase): JobDefinition[] {
  return superuser && backup.scheduled ? [backUp(app, { connection: superuser, data_dir, settings: backup })] : []
}

type Opened = Pick<OpenDatabase, 'name' | 'migrations' | 'shards'> & DatabaseFacts

/** Logged only after a successful start: an error that prevents one is a single line. */
function logStart({ database_url, public_url }: Config, log: Log, address: string, opened: Opened): void {
  const { name, migrations, warning } = opened
  const machines = opened.shards && { machines: opened.shards.nodes.length }
  log.info({ database: { version: opened.version, ...name, ...machines }, migrations }, 'the database is open')
  log.info({ address, version, mode: database_url === undefined ? 'local' : 'DATABASE_URL' }, 'listening')
  if (database_url === undefined) return
  if (warning !== undefined) log.warn({}, warning)
  if (public_url === undefined) {
    log.warn({ address }, 'TALLYSTICK_PUBLIC_URL is not set, so links contain this address, which payers may not reach')
  }
}

async function close(router: Router): Promise<void> {
  const cut = setTimeout(() => router.server.closeAllConnections(), lastAnswersMs)
  await router.close()
  clearTimeout(cut)
}

async function listen(router: Router, config: Config): Promise<string> {
  await router.listen({ host: config.host, port: config.port })
  const address = router.server.address()
  return localUrl(config.host, typeof address === 'object' && address ? address.port : config.port)
}
