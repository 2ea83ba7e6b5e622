import { setTimeout as delay } from 'node:timers/promises'
import { Pool as HttpPool } from 'undici'
import { parseId } from '../../src/core/id/id.ts'
import { socketsPerLane } from '../../src/net/http-client.ts'
import type { Target } from '../merchants.ts'
import type { Product } from '../product.ts'
import { callersOfPayments, newRequest, pay } from './payments.ts'
import { closedLoop, type Sample, type Workload } from './workload.ts'

/** Sends the events of payments: claim, sign, send, mark. The payments themselves are not timed. */
export function deliveryWorkload(open: () => Product, targets: Target[]): Workload {
  return {
    async run(seconds): Promise<Sample> {
      const product = open()
      const anyTarget = () => targets[Math.floor(Math.random() * targets.length)] as Target
      const written = await closedLoop(
        callersOfPayments,
        seconds,
        async () => void (await pay(product, newRequest(anyTarget()))),
      )
      const started = performance.now()
      product.startDispatcher()
      await product.delivered()
      const took = (performance.now() - started) / 1000
      await product.close()
      const { total, errors, error } = written
      return { done: total, seconds: took, total, errors, error, latencies_ms: [], batches: [] }
    },
  }
}

/** Requests of the same size to the same receiver over the same number of connections, and nothing else. */
export function bareLoopWorkload(receiverUrl: string): Workload {
  const url = new URL(receiverUrl)
  const pool = new HttpPool(url.origin, { connections: socketsPerLane })
  const body = 'x'.repeat(900)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Tallystick/0.1.0',
    'webhook-id': 'evt_0123456789012345678901',
    'webhook-timestamp': '1700000000',
    'webhook-signature': `v1,${'x'.repeat(44)}`,
  }
  const call = async () => {
    const { body: answer } = await pool.request({ path: url.pathname, method: 'POST', headers, body })
    await answer.dump()
  }
  return { run: (seconds) => closedLoop(socketsPerLane, seconds, call) }
}

/**
 * Payments at a steady rate. The latency is the time from the payment's answer to the start of its event's first attempt; both are
 * recorded in whole ms.
 */
export function firstAttemptWorkload(product: Product, targets: Target[], rate: () => number): Workload {
  return {
    async run(seconds): Promise<Sample> {
      product.startDispatcher()
      const { answered, errors, error } = await paySteadily(product, targets, rate(), seconds)
      await product.delivered()
      const latencies_ms = await firstAttempts(product, answered)
      return { done: answered.size, seconds, total: answered.size, errors, error, latencies_ms, batches: [] }
    },
  }
}

/** When each payment was answered, in ms since 1970. */
export type Answered = Map<string, number>

/** Makes so many payments a second, whatever their answers take. */
export async function paySteadily(
  product: Product,
  targets: Target[],
  perSecond: number,
  seconds: number,
): Promise<{ answered: Answered; errors: number; error: string | undefined }> {
  const answered: Answered = new Map()
  let errors = 0
  let error: string | undefined
  const begin = performance.now()
  const running: Promise<void>[] = []
  const one = async () => {
    try {
      const { id } = await pay(product, newRequest(targets[Math.floor(Math.random() * targets.length)] as Target))
      answered.set(parseId('payment', id) as string, Date.now())
    } catch (failure) {
      errors += 1
      error ??= String(failure)
    }
  }
  while (performance.now() - begin < seconds * 1000) {
    const due = Math.floor(((performance.now() - begin) * perSecond) / 1000)
    while (running.length < due) running.push(one())
    await delay(2)
  }
  await Promise.all(running)
  return { answered, errors, error }
}

/** How long each payment waited for the first attempt at its event, in ms; those without one are left out. */
export async function firstAttempts({ pool }: Pick<Product, 'pool'>, answered: Answered): Promise<number[]> {
  const { rows } = await pool.query<{ payment_id: string; started_at: Date }>(
    `select a.payment_id, t.started_at from application as a
     join event as e on e.subject_id = a.id
     join webhook_attempt as t on t.event_id = e.id and t.number = 1
     where a.payment_id = any ($1::uuid[])`,
    [[...answered.keys()]],
  )
  return rows.map(({ payment_id, started_at }) => Math.max(0, started_at.getTime() - (answered.get(payment_id) ?? 0)))
}
