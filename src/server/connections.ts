import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { FastifyHttpOptions } from 'fastify'
import type { Router } from '../api/fastify.ts'
import type { Figures } from '../core/figures.ts'

/** How long a connection may be without something happening on it, and how long a request may take to arrive. */
export type ConnectionTimes = {
  headers_ms: number
  request_ms: number
  /** Between two requests: longer than the minute that proxies keep a connection, so that they close it, not we under their request. */
  keep_alive_ms: number
  /** Within one: for whoever reads no more of the answer. */
  silent_ms: number
  /** How often the first two are looked at. */
  look_every_ms: number
}

/** Those of a server. */
export const usualTimes: ConnectionTimes = {
  headers_ms: 15_000,
  request_ms: 30_000,
  keep_alive_ms: 72_000,
  silent_ms: 60_000,
  look_every_ms: 5_000,
}

/** The options of Fastify by which connections end that only cost. */
export function connectionOptions(times: ConnectionTimes) {
  return {
    requestTimeout: times.request_ms,
    connectionTimeout: times.silent_ms,
    keepAliveTimeout: times.keep_alive_ms,
    http: {
      headersTimeout: times.headers_ms,
      connectionsCheckingInterval: times.look_every_ms,
      maxHeaderSize: 16 * 1_024,
      // Its absence is refused as a problem (api/request-head.ts); Node would say nothing.
      requireHostHeader: false,
    },
  } satisfies FastifyHttpOptions<Server>
}

// Each holds some 10 kB: 200 MB, were all of them there.
const connectionsMax = 20_000
// What the database, webhooks, processors and files of the program need.
const otherDescriptors = 300
const connectionsLeast = 100

/** How many connections there may be: as many as leave the rest of the program its descriptors. */
export function connectionsAllowed(descriptors: number): number {
  return Math.min(connectionsMax, Math.max(connectionsLeast, descriptors - otherDescriptors))
}

/** Closes connections at once that would be one too many, and counts them. */
export function limitConnections({ server }: Pick<Router, 'server'>, { limits }: Pick<Figures, 'limits'>): void {
  server.maxConnections = connectionsAllowed(descriptorsMax())
  server.on('drop', () => {
    limits.dropped_connections += 1
  })
}

/** How many descriptors the process may have. Node has raised it to the most that it may; only Linux says how many that is. */
function descriptorsMax(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    const [, soft] = /^Max open files +(\d+)/m.exec(limits) ?? []
    return soft === undefined ? Number.POSITIVE_INFINITY : Number.parseInt(soft, 10)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
