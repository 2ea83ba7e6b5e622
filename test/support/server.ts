import { promisify } from 'node:util'
import { readConfig } from '../../src/config.ts'
import type { AppContext } from '../../src/context.ts'
import { type Clock, systemClock } from '../../src/core/clock.ts'
import { derivedDataKeys } from '../../src/core/data-keys.ts'
import type { Log } from '../../src/core/log.ts'
import type { Network } from '../../src/core/networks.ts'
import type { ShardMap } from '../../src/database/shard-map.ts'
import { type LimitPolicies, usualPolicies } from '../../src/limits/policies.ts'
import { createMerchant } from '../../src/merchant/merchant.ts'
import type { MailSettings } from '../../src/net/mailer.ts'
import { compose } from '../../src/server/compose.ts'
import { buildServer, type ServerOptions } from '../../src/server/server.ts'
import { type TestDatabase, testDatabase } from './database.ts'
import { startDispatching } from './jobs.ts'
import { noteAnswer } from './known-endpoints.ts'
import { checkAnswer, checkEvents } from './openapi.ts'

export type ApiAnswer = {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
}

/** A server of a test's own: the real one, on a real port of 127.0.0.1, with its own database and its own merchant. */
export type TestServer<C extends Clock = Clock> = {
  database: TestDatabase
  app: AppContext
  clock: C
  url: string
  /** The secret key of the test environment. */
  key: string
  liveKey: string
  /** Calls the API as JSON, with the test key unless `headers` names another. The answer has to be as openapi.json says. */
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>
  /** How many connections it has. */
  connections(): Promise<number>
  stop(): Promise<void>
}

export type TestServerOptions<C extends Clock> = {
  /** The system's unless given. */
  clock?: C
  /** Shared with an earlier server of the same test; it is then not dropped at the stop. */
  database?: TestDatabase
  merchant?: { name: string; slug: string }
  /** On which machines rows lie; all of them in its database unless given. */
  shards?: ShardMap
  /** Where its e-mail goes; none is sent unless given. */
  mail?: MailSettings
  /** Where Stripe is: a fake of the test's own. */
  stripe_url?: string
  /** Where Paystack is. */
  paystack_url?: string
  /** Whose `X-Forwarded-For` counts: nobody's unless given. */
  trusted_proxies?: Network[]
  limits?: LimitPolicies
  /** What the server is told besides: its time limits, and when it is overloaded. */
  server?: ServerOptions
  /** Is told what the server logs, which is shown otherwise. */
  log?: Log
}

/** The key of a test server, for another process on its database. */
export const encryptionKey = 'an encryption key of the tests only'

/** Storms of one payer are tried; what limits them is tried by itself. */
const unlimitedLinks: LimitPolicies = { ...usualPolicies, link: { quota: 100_000, window_s: 60 } }

/** Everything that went wrong is shown; what went well is not. */
const shownLog: Log = {
  debug: () => {},
  info: () => {},
  warn: (facts, message) => console.warn(message, facts),
  error: (facts, message) => console.error(message, facts),
}

/** Starts a server. Its webhooks may reach loopback; nothing but the dispatcher and the feed runs beside the requests. */
export async function testServer<C extends Clock = Clock>(options: TestServerOptions<C> = {}): Promise<TestServer<C>> {
  const clock = options.clock ?? (systemClock as C)
  const database = options.database ?? (await testDatabase())
  const { pool, shards = options.shards } = database
  const log = options.log ?? shownLog
  let url = ''
  const composition = compose({
    pool,
    ...(shards && { shards }),
    clock,
    data_keys: derivedDataKeys(encryptionKey),
    webhooks: { allow_loopback: true, allowed_hosts: [], retry_waits_s: readConfig({}).webhook_retry_waits_s },
    mail: options.mail,
    stripe_url: options.stripe_url,
    paystack_url: options.paystack_url,
    trusted_proxies: options.trusted_proxies ?? [],
    limits: options.limits ?? unlimitedLinks,
    // On a busy machine a limit is exact too.
    lease_within_ms: 20_000,
    log,
    publicUrl: () => url,
  })
  const { app } = composition
  const slug = `acme-${Math.random().toString(36).slice(2, 10)}`
  const keys = await createMerchant(pool, options.merchant ?? { name: 'Acme Water', slug }, clock.now())
  const router = await buildServer(app, composition.authenticator, options.server)
  url = await router.listen({ host: '127.0.0.1', port: 0 })
  const jobs = startDispatching(composition.dispatcher, app.eventFeed)
  return {
    database,
    app,
    clock,
    url,
    key: keys.test,
    liveKey: keys.live,
    async api(method, path, body, headers = {}) {
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${keys.test}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const json = response.headers.get('content-type')?.includes('json') === true
      const { status, headers: answered } = response
      const answer = { status, headers: answered, text, body: json ? JSON.parse(text) : undefined }
      checkAnswer(method, path, answer)
      noteAnswer(path, answer, clock !== systemClock)
      return answer
    },
    connections: () => promisify(router.server.getConnections).call(router.server),
    async stop() {
      app.eventFeed.endWaits()
      await router.close()
      await jobs.stop()
      await composition.close()
      await checkEvents(pool)
      if (options.database === undefined) await database.drop()
    },
  }
}
