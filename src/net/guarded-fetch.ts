import { Agent, type Dispatcher, fetch as undiciFetch } from 'undici'
import { type AddressGuard, guardedConnector } from './address-guard.ts'

const connectMs = 3_000
const bodyMaxBytes = 1024 * 1024

/** `fetch` over sockets that reach only what the guard lets through. It follows no redirect. */
export type GuardedFetch = { fetch: typeof globalThis.fetch; close(): Promise<void> }

/**
 * Makes the client that payment services are called with: a connection opens within 3 s, an answer arrives within `deadline_ms`
 * from the request and has at most 1 MiB.
 */
export function createGuardedFetch(guard: AddressGuard, deadline_ms: number): GuardedFetch {
  const dispatcher: Dispatcher = new Agent({
    connect: guardedConnector(guard, connectMs),
    allowH2: false,
    maxResponseSize: bodyMaxBytes,
    // The deadline covers both phases; the time-outs of undici are checked only each second.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const call = (url: string | URL, init: object & { signal?: AbortSignal | null } = {}) => {
    const deadline = AbortSignal.timeout(deadline_ms)
    const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline
    return undiciFetch(url, { ...init, signal, redirect: 'error', dispatcher })
  }
  // The types of undici's fetch and of Node's, which is the same code, do not know each other.
  return { fetch: call as unknown as typeof globalThis.fetch, close: () => dispatcher.destroy() }
}
