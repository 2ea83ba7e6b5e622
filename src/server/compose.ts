import { type Authenticator, createAuthenticator } from '../api/auth.ts'
import { createKeyUses, type KeyUses } from '../api/key-uses.ts'
import type { AppContext } from '../context.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { openVault } from '../core/secret.ts'
import { version } from '../core/version.ts'
import { createOutage } from '../database/outage.ts'
import type { Pool } from '../database/pool.ts'
import { createEventFeed } from '../events/feed/sequencer.ts'
import { createPaymentQueue } from '../ledger/payments/batch.ts'
import { type AddressRules, createAddressGuard } from '../net/address-guard.ts'
import { createHttpClient } from '../net/http-client.ts'
import { createMailer, type MailSettings } from '../net/mailer.ts'
import { createDispatcher, type Dispatcher } from '../webhooks/delivery/dispatcher.ts'

/** What every resource is given, and what must be closed in the end. */
export type Composition = {
  app: AppContext
  authenticator: Authenticator
  key_uses: KeyUses
  dispatcher: Dispatcher
  close(): Promise<void>
}

/** Makes the parts that the program shares and connects them. Nothing runs yet: the caller listens and starts the jobs. */
export function compose(parts: {
  pool: Pool
  clock: Clock
  encryption_key: string
  webhooks: AddressRules & { retry_waits_s: readonly number[]; authorities?: readonly string[] }
  mail?: MailSettings | undefined
  log: Log
  publicUrl(): string
}): Composition {
  const { pool, clock, log } = parts
  const vault = openVault(parts.encryption_key)
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
  })
  const eventFeed = createEventFeed(pool, () => dispatcher.wake())
  const eventsCommitted = () => {
    dispatcher.wake()
    eventFeed.wake()
  }
  const keyUses = createKeyUses()
  const authenticator = createAuthenticator(pool, clock, keyUses)
  const app: AppContext = {
    pool,
    clock,
    vault,
    payments: createPaymentQueue({ pool, now: () => clock.now(), committed: eventsCommitted }),
    publicUrl: parts.publicUrl,
    eventFeed,
    eventsCommitted,
    wakeDispatcher: () => dispatcher.wake(),
    settingsChanged: () => authenticator.forget(),
    checkWebhookUrl: (url) => guard.checkUrl(url),
    mailer: parts.mail && createMailer(parts.mail),
    webhookClient: client,
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
    },
  }
}
