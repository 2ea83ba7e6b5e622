import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { newPayment } from '../workloads/payments.ts'
import { closedLoop, type Sample } from '../workloads/workload.ts'
import { serveParent } from './child.ts'
import { HttpConnection } from './connection.ts'

/** What a load sends, and where. */
export type LoadStart = {
  port: number
  key: string
  connections: number
  /** Payments to accounts, one by one or a thousand at once, new accounts for customers, or requests of pages. */
  kind: 'payment' | 'batch' | 'account' | 'page'
  /** Ids of accounts or of customers, or the paths of pages. */
  targets: string[]
  /** The pause between two requests of one connection, in ms. With a pause and one connection the server is idle in between. */
  pause_ms?: number
}

let accounts = 0
// Several runs may use one database.
const mark = `${process.pid.toString(36)}-${Date.now().toString(36)}`

/** A load of HTTP requests, in a process of its own. */
serveParent<LoadStart, { seconds: number }, Sample>(async (start) => {
  const { port, key, kind, targets, pause_ms = 0 } = start
  let connections: HttpConnection[] = []
  const target = () => targets[Math.floor(Math.random() * targets.length)] as string
  const call = async (caller: number) => {
    const connection = connections[caller] as HttpConnection
    const { method, path, body, status } = kind === 'batch' ? batchOf(target) : requestOf(kind, target())
    const headers = body === undefined ? '' : `Idempotency-Key: ${randomUUID()}\r\n`
    const answered = await connection.send(method, path, body, headers)
    if (answered !== status) throw new Error(`${method} ${path} was answered ${answered}`)
  }
  return {
    ready: { done: 0, seconds: 0, total: 0, errors: 0, latencies_ms: [], batches: [] },
    // Opened for each slice, because the server closes connections that are idle while the other workloads run.
    async answer({ seconds }) {
      connections = Array.from(
        { length: start.connections },
        () => new HttpConnection(port, kind === 'page' ? undefined : key),
      )
      try {
        const sample = await (pause_ms > 0
          ? idle(seconds, pause_ms, call)
          : closedLoop(connections.length, seconds, call))
        return kind === 'batch' ? perRow(sample) : sample
      } finally {
        for (const connection of connections) connection.close()
      }
    },
    stop: async () => {},
  }
})

const batchRows = 1_000

function batchOf(target: () => string) {
  const rows = Array.from({ length: batchRows }, () => newPayment(target()))
  return { method: 'POST', path: '/billing/payments/batch', body: JSON.stringify({ rows }), status: 200 }
}

/** A sample of batches as one of payments. */
function perRow(sample: Sample): Sample {
  return { ...sample, done: sample.done * batchRows, total: sample.total * batchRows }
}

function requestOf(kind: Exclude<LoadStart['kind'], 'batch'>, target: string) {
  if (kind === 'page') return { method: 'GET', path: target, body: undefined, status: 200 }
  if (kind === 'payment') {
    return { method: 'POST', path: '/billing/payments', body: JSON.stringify(newPayment(target)), status: 201 }
  }
  const body = { customer: target, external_reference: `N-${mark}-${accounts++}`, currency: 'ZAR', balance: 2000 }
  return { method: 'POST', path: '/billing/accounts', body: JSON.stringify(body), status: 201 }
}

/** One request after another with pauses in between, on an otherwise idle server. */
async function idle(seconds: number, pauseMs: number, call: (caller: number) => Promise<void>): Promise<Sample> {
  const sample: Sample = { done: 0, seconds, total: 0, errors: 0, latencies_ms: [], batches: [] }
  // The first few fill caches and plans, and are not measured.
  for (let count = 0; count < 20; count++) await call(0)
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) {
    await delay(pauseMs)
    const started = performance.now()
    await call(0)
    sample.latencies_ms.push(performance.now() - started)
    sample.done += 1
  }
  return { ...sample, total: sample.done + 20 }
}
