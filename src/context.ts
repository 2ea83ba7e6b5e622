import type { Actor } from './core/actor.ts'
import type { Clock } from './core/clock.ts'
import type { CreditSetting } from './core/credit-setting.ts'
import type { Figures, ProcessorFigures } from './core/figures.ts'
import type { Log } from './core/log.ts'
import type { PaymentRuleOverrides } from './core/payment-rules.ts'
import type { Vault } from './core/secret.ts'
import type { Semaphore } from './core/semaphore.ts'
import type { IdempotencyClaim } from './database/idempotency.ts'
import type { Outage } from './database/outage.ts'
import type { Pool } from './database/pool.ts'
import type { ShardMap } from './database/shard-map.ts'
import type { EventFeed } from './events/feed/sequencer.ts'
import type { PaymentQueue } from './ledger/payments/queue.ts'
import type { ClientOf } from './limits/client-address.ts'
import type { FairTurns } from './limits/fair-turns.ts'
import type { Limiter } from './limits/limiter.ts'
import type { UrlCheck } from './net/address-guard.ts'
import type { GuardedFetch } from './net/guarded-fetch.ts'
import type { HttpClient } from './net/http-client.ts'
import type { Mailer } from './net/mailer.ts'

/** How much of batches runs at once, all batches of the process together, so that single calls find room beside them. */
export type BatchLimits = {
  batches: Semaphore
  /** Rows in the queue of payments. */
  payments: Semaphore
  /** Rows in the queue of accounts. */
  accounts: Semaphore
  /** Rows that have a transaction, and so a connection, of their own. */
  transactions: Semaphore
}

/** What reports are read with: connections of their own, so that none takes one from a payment, and how many are made at once. */
export type ReportRoom = { pool: Pool; running: Semaphore }

/**
 * The parts that a process has once: made in server/compose.ts and passed down. Code that needs only some of them says
 * which (`Pick<AppContext, 'pool' | 'clock'>`).
 */
export type AppContext = {
  pool: Pool
  /** Where rows lie. What is not a payment goes by `pool`, which leads to all of them. */
  shards: ShardMap
  clock: Clock
  vault: Vault
  payments: PaymentQueue
  batchLimits: BatchLimits
  /** How much whoever has no key, and each key, may ask for. */
  limits: Limiter
  clientOf: ClientOf
  /** In which the operations of the API run. */
  turns: FairTurns
  reports: ReportRoom
  /** The address that payers reach; known once the server listens. */
  publicUrl(): string
  /** The feed of events of this process. */
  eventFeed: EventFeed
  /** Says that events were committed: they are to be sent, and to get their positions in the feed. */
  eventsCommitted(): void
  /** Tells the dispatcher that deliveries may be due which no new event made. */
  wakeDispatcher(): void
  /** Makes this process read the environment's settings again; other processes follow within a second. */
  settingsChanged(): void
  /** A webhook address in its normal form, or why it may not be called. */
  checkWebhookUrl(url: string): UrlCheck
  /** Undefined when the operator has set no mail server. */
  mailer: Mailer | undefined
  /** What webhooks are sent with. */
  webhookClient: HttpClient
  /** What processors are called with. Where one is itself, its `…_url` is undefined. */
  processorClient: Pick<GuardedFetch, 'fetch'> & {
    stripe_url: string | undefined
    paystack_url: string | undefined
    /** Where calls are counted; absent where an adapter is tried by itself. */
    figures?: ProcessorFigures
  }
  /** What this process counts while it works. */
  figures: Figures
  log: Log
  /** Reports failures that the state of the database caused, so that an outage is logged once. */
  outage: Outage
}

/** The environment that a key gives access to: all that a request may see. */
export type RequestEnvironment = {
  id: number
  mode: 'test' | 'live'
  merchant_name: string
  merchant_slug: string
  time_zone: string
  payment_rules: PaymentRuleOverrides
  credit: CreditSetting
}

/** What every operation knows about its request: for which environment, by whom, when. Nothing in it is HTTP. */
export type RequestContext = {
  environment: RequestEnvironment
  actor: Actor
  request_id: string
  now: Date
  /** Of the client whose key it is; that of a payer is not known here. */
  address?: string | undefined
  /** The Idempotency-Key that was sent, with the fingerprint of the request. */
  idempotency?: IdempotencyClaim | undefined
  /** What a problem names as its `instance`: the path that was called. */
  instance: string
}
