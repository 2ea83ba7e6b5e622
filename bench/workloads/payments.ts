import { randomUUID } from 'node:crypto'
import type { RequestContext } from '../../src/context.ts'
import { canonicalJson } from '../../src/core/canonical-json.ts'
import { sha256 } from '../../src/core/secret.ts'
import { newClaim } from '../../src/database/idempotency.ts'
import { recordPayment } from '../../src/payments/recorded/record.ts'
import type { Target } from '../merchants.ts'
import type { Product } from '../product.ts'
import { closedLoop, type Sample, type Workload } from './workload.ts'

/** The number of callers, each of which waits for its answer. */
export const callersOfPayments = 256

const tills = 100
let receipts = 0

/** A payment as a till would record it: one amount for one account. Its reference is unique; receipts of a till are numbered. */
export function newPayment(account: string) {
  const amount = 100 + Math.floor(Math.random() * 900)
  const receipt = receipts++
  return {
    amount,
    currency: 'ZAR',
    channel: 'till',
    reference: `R${receipt % tills}-${process.pid}-${runMark}-${receipt}`,
    allocations: [{ account, amount }],
  }
}

// Several processes and runs may use one database.
const runMark = Date.now().toString(36)

type Sent = { target: Target; body: ReturnType<typeof newPayment>; key: string }

/** Records one payment through the service, as the route does once the request is authenticated and validated. */
export async function pay({ app }: Product, { target, body, key }: Sent): Promise<{ id: string; replayed: boolean }> {
  const { environment } = target
  const now = app.clock.now()
  const context: RequestContext = {
    environment,
    actor: 'command:bench',
    request_id: `req_${key.slice(0, 22)}`,
    now,
    idempotency: newClaim(
      environment.id,
      key,
      sha256(`POST /billing/payments
${canonicalJson(body)}`),
      now,
    ),
    instance: '/billing/payments',
  }
  const answer = await recordPayment(app, context, body)
  if (answer.status !== 201) throw new Error(`a payment was answered ${answer.status}: ${answer.body}`)
  return { id: answer.body.slice('{"id":"'.length, '{"id":"'.length + 26), replayed: answer.replayed === true }
}

/** A new payment on a target. */
export function newRequest(target: Target): Sent {
  return { target, body: newPayment(target.account), key: randomUUID() }
}

/** How payments are spread. */
export type PaymentLoad = {
  product: Product
  targets: Target[]
  /** Every second request repeats the caller's one before it, with the same key. */
  replays?: boolean
  /** Sends the events while it runs. */
  dispatcher?: boolean
}

/** Callers that record payments through the service, each on a random account. */
export function paymentWorkload({ product, targets, replays = false, dispatcher = false }: PaymentLoad): Workload {
  const last: (Sent | undefined)[] = []
  const call = async (caller: number) => {
    const before = replays ? last[caller] : undefined
    if (before) {
      last[caller] = undefined
      const { replayed } = await pay(product, before)
      if (!replayed) throw new Error('a replay was applied again')
      return
    }
    const sent = newRequest(targets[Math.floor(Math.random() * targets.length)] as Target)
    await pay(product, sent)
    last[caller] = sent
  }
  return {
    async run(seconds): Promise<Sample> {
      if (dispatcher) product.startDispatcher()
      product.takeBatches()
      const sample = await closedLoop(callersOfPayments, seconds, call)
      const batches = product.takeBatches()
      // The next workload's slice must not begin while events are still being sent.
      if (dispatcher) await product.delivered()
      return { ...sample, batches }
    },
  }
}
