import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../core/clock.ts'
import type { PaymentRuleOverrides } from '../core/payment-rules.ts'
import type { Vault } from '../core/secret.ts'
import type { Pool } from '../database/pool.ts'
import type { PaymentQueue } from '../ledger/payments/queue.ts'

/** What every resource is given: made once in `main`, passed down. */
export type Platform = {
  pool: Pool
  clock: Clock
  vault: Vault
  payments: PaymentQueue
  /** The address that payers reach; known once the server listens. */
  publicUrl(): string
  /** Tells the dispatcher that events were committed. */
  wakeDispatcher(): void
  /** Makes this process read the environment's settings anew; other processes follow within a second. */
  settingsChanged(): void
  /** Says why a webhook address may not be called; `undefined` when it may. */
  webhookUrlFault(url: string): string | undefined
  log: Log
}

/** The part of the logger that the program uses. Nothing personal and no secret is ever given to it. */
export type Log = {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** The environment that a key opens: everything a request may see. */
export type RequestEnvironment = {
  id: number
  mode: 'test' | 'live'
  merchant_name: string
  merchant_slug: string
  time_zone: string
  payment_rules: PaymentRuleOverrides
}

export type App = FastifyInstance

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by authentication, before any handler of the API runs. */
    environment: RequestEnvironment
  }
}

/** Sends a rendered JSON answer. The body is a string already, so that a replay has the same bytes. */
export function sendJson(
  reply: FastifyReply,
  answer: { status: number; body: string; etag?: string | undefined },
): FastifyReply {
  if (answer.etag !== undefined) reply.header('etag', answer.etag)
  return reply.code(answer.status).header('content-type', 'application/json; charset=utf-8').send(answer.body)
}

export type { FastifyReply, FastifyRequest }
