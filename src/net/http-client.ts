import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { createSecureContext, getCACertificates } from 'node:tls'
import { type Dispatcher, Pool } from 'undici'
import type { Clock } from '../core/clock.ts'
import { type AddressGuard, guardedConnector } from './address-guard.ts'
import { errorLabel } from './error-label.ts'
import { readRetryAfter } from './retry-after.ts'

const bodyMax = 64 * 1024
const headersMax = 16 * 1024
const excerptLength = 512
// UTF-8 takes at most 3 bytes for each UTF-16 unit, so this always holds a whole excerpt.
const excerptBytes = 3 * excerptLength
// A response up to this size is given whole; it is more than an excerpt.
const contentMax = 4 * 1024

/** Sockets per lane; the bare loop of the benchmark has as many. */
export const socketsPerLane = 64
// How many lanes stay open. Beyond it the least recently used is closed, and opened again when it is needed.
const lanesMax = 2_000

/** The result of one attempt: a status once a response began, and an error when it did not complete. */
export type AttemptResult = {
  status_code: number | undefined
  /** A short, stable text, such as `timeout`; undefined when the whole response arrived. */
  error: string | undefined
  retry_after_s: number | undefined
}

/** The result of one POST. `duration_ms` is from its start to its end, the wait for a socket included. */
export type HttpResult = AttemptResult & {
  duration_ms: number
  response_excerpt: string | undefined
  /** The bytes of a whole response of at most 4 kB; undefined where it has none or more. */
  content: Buffer | undefined
  /** The address that the request was sent to; undefined when there was no connection. */
  address: string | undefined
}

/** Sends webhooks. */
export type HttpClient = {
  /**
   * Sends one POST and never throws: what went wrong is in the result. Redirects are responses like any other. The
   * requests of a lane share sockets. Other lanes have their own, even to the same host, so a receiver that hangs takes
   * no socket from one that responds.
   */
  post(lane: string, url: URL, headers: Record<string, string>, body: string | Buffer): Promise<HttpResult>
  /** Closes the sockets. Whatever is still in progress ends with an error. */
  close(): Promise<void>
}

/** What a client needs. */
export type HttpClientOptions = {
  guard: AddressGuard
  clock: Clock
  /** From the start of an attempt to the last byte of its response. Standard Webhooks recommends 15 to 30 seconds. */
  deadline_ms?: number
  /** Certificate authorities in PEM, trusted besides those that Node trusts. */
  authorities?: readonly string[]
}

/**
 * Makes the client that webhooks are sent with: HTTP/1.1 over kept-alive sockets, no redirect followed, no more than 64
 * kB of a response read, and all of it within one deadline. A pool of undici carries six times what the global `fetch`
 * does.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { guard, clock, deadline_ms = 15_000, authorities = [] } = options
  const lanes = new Lanes({
    connect: guardedConnector(guard, deadline_ms, contextOf(authorities)),
    connections: socketsPerLane,
    allowH2: false,
    maxHeaderSize: headersMax,
    // The deadline covers all phases; the two time-outs of undici would need a timer each.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveMaxTimeout: 60_000,
  })
  return {
    post: (lane, url, headers, body) =>
      new Promise((resolve) => {
        const exchange = new Exchange(clock, deadline_ms, resolve)
        try {
          const path = url.pathname + url.search
          lanes.poolOf(lane, url).dispatch({ path, method: 'POST', headers, body }, exchange)
        } catch (error) {
          exchange.onResponseError(undefined, error as Error)
        }
      }),
    close: () => lanes.close(),
  }
}

/** One context for all sockets: each would read a hundred and more certificates anew. Names are checked as ever. */
function contextOf(authorities: readonly string[]) {
  if (authorities.length === 0) return undefined
  return createSecureContext({ ca: [...getCACertificates('default'), ...authorities] })
}

/** The sockets of each lane, the least recently used lane first. */
class Lanes {
  readonly #options: Pool.Options
  readonly #pools = new Map<string, Pool>()

  constructor(options: Pool.Options) {
    this.#options = options
  }

  poolOf(lane: string, { origin }: URL): Pool {
    const name = `${lane} ${origin}`
    const pool = this.#pools.get(name) ?? new Pool(origin, this.#options)
    this.#pools.delete(name)
    this.#pools.set(name, pool)
    if (this.#pools.size > lanesMax) this.#closeOldest()
    return pool
  }

  #closeOldest(): void {
    const [[name, pool] = []] = this.#pools
    if (name === undefined || pool === undefined) return
    this.#pools.delete(name)
    // Its requests in progress complete first.
    pool.close().catch(() => {})
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()))
  }
}

// undici says which socket a request is written to on a channel only, in the same turn in which it has called
// `onRequestStart` of its handler.
let starting: Exchange | undefined
subscribe('undici:client:sendHeaders', (message) => {
  starting?.sentTo((message as { socket: Socket }).socket)
  starting = undefined
})

/**
 * One request and its response. It resolves once, at whichever comes first: the end, an error, the size limit or the
 * deadline.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #clock: Clock
  readonly #started = performance.now()
  readonly #timer: NodeJS.Timeout
  #resolve: ((result: HttpResult) => void) | undefined
  #controller: Dispatcher.DispatchController | undefined
  #statusCode: number | undefined
  #retryAfterS: number | undefined
  #address: string | undefined
  #bytes = 0
  #beginning: Buffer[] = []

  constructor(clock: Clock, deadline_ms: number, resolve: (result: HttpResult) => void) {
    this.#clock = clock
    this.#resolve = resolve
    this.#timer = setTimeout(() => this.#stop('timeout'), deadline_ms)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // The deadline may have passed while this waited for a socket.
    if (this.#resolve === undefined) controller.abort(new Error('the deadline has passed'))
    else starting = this
  }

  /** Says which socket the request is written to. */
  sentTo(socket: Socket): void {
    this.#address = socket.remoteAddress
  }

  onResponseStart(
    _controller: unknown,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // Interim responses (1xx) come here too; the response is the one that follows.
    if (statusCode < 200) return
    this.#statusCode = statusCode
    const retryAfter = headers['retry-after']
    if (typeof retryAfter === 'string') this.#retryAfterS = readRetryAfter(retryAfter, this.#clock.now())
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.#bytes <= contentMax) this.#beginning.push(chunk)
    this.#bytes += chunk.length
    // The receiver has responded; that it sends more than we read is not a failure.
    if (this.#bytes > bodyMax) this.#stop(undefined)
  }

  onResponseEnd(): void {
    this.#finish(undefined)
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#finish(errorLabel(error))
  }

  #stop(error: string | undefined): void {
    this.#finish(error)
    this.#controller?.abort(new Error('the response is not read further'))
  }

  #finish(error: string | undefined): void {
    if (this.#resolve === undefined) return
    clearTimeout(this.#timer)
    const beginning = this.#bytes > 0 ? Buffer.concat(this.#beginning) : undefined
    this.#resolve({
      status_code: this.#statusCode,
      error,
      retry_after_s: this.#retryAfterS,
      duration_ms: Math.round(performance.now() - this.#started),
      response_excerpt: beginning && excerpt(beginning),
      content: error === undefined && this.#bytes <= contentMax ? beginning : undefined,
      address: this.#address,
    })
    this.#resolve = undefined
    this.#beginning = []
  }
}

/** The first 512 characters of a response as text that the database accepts: no NUL, no half of a surrogate pair. */
function excerpt(beginning: Buffer): string {
  const bytes = beginning.subarray(0, excerptBytes)
  return bytes.toString('utf8').slice(0, excerptLength).replaceAll('\0', '\ufffd').toWellFormed()
}
