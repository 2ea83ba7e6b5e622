import type { Router } from '../api/fastify.ts'
import { type Config, localUrl } from '../config.ts'
import type { AppContext } from '../context.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { createJobs, jobDefinitions } from '../jobs/index.ts'
import { ensureFirstMerchant } from '../merchant/merchant.ts'
import { compose } from './compose.ts'
import { type OpenDatabase, openDatabase } from './open-database.ts'
import { buildServer } from './server.ts'

/** A running server. */
export type Program = {
  /** Where it listens. */
  url: string
  /** The test key that the first start made, to be printed once. */
  made_test_key: string | undefined
  app: AppContext
  /** Resolves with a sentence when the bundled database ends unexpectedly. */
  died: Promise<string>
  /** Stops accepting requests, finishes those in progress, lets deliveries in flight end, and closes the database. */
  stop(): Promise<void>
}

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
  const { pool } = database
  const { made_test_key } = await ensureFirstMerchant(pool, config.test_key, clock.now())
  let publicUrl = config.public_url
  const composition = compose({
    pool,
    clock,
    encryption_key: database.encryption_key,
    webhooks: { allow_loopback: config.database_url === undefined, allowed_hosts: config.webhook_allowed_hosts },
    log,
    publicUrl: () => publicUrl ?? localUrl(config.host, config.port),
  })
  const { app, dispatcher } = composition
  const jobs = createJobs(app, jobDefinitions(app, dispatcher))
  const router = await buildServer(app, composition.authenticator, () => jobs.status())
  const url = await listen(router, config)
  publicUrl ??= url
  jobs.start()
  return {
    url,
    made_test_key,
    app,
    died: database.died,
    async stop() {
      await router.close()
      await jobs.stop()
      await composition.close()
      await database.close()
    },
  }
}

async function listen(router: Router, config: Config): Promise<string> {
  await router.listen({ host: config.host, port: config.port })
  const address = router.server.address()
  return localUrl(config.host, typeof address === 'object' && address ? address.port : config.port)
}
