import { beginOnce, storedResponse } from '../../api/idempotency.ts'
import type { RenderedResponse } from '../../api/response.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import { bucketOf, newId } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { notAuthorised } from '../../ledger/captures/authorised-amount.ts'
import { findCapture } from '../../ledger/captures/capture-row.ts'
import { claimCapture, type WantedCapture } from '../../ledger/captures/claim.ts'
import type { Processor } from '../processor/processor.ts'
import { processorNamed } from '../processor/registry.ts'
import { findPaymentOrThrow } from '../recorded/store.ts'
import { checkApart } from '../session/apart.ts'
import { findSessionPayment } from '../session/store.ts'
import type { CreateCapture, CreateVoid } from './schema.ts'
import { type CaptureApp, captureResponse, syncCapture } from './sync.ts'

// Longer than a processor may take to answer: until then the request looks after it.
const firstCheckMs = 30_000
const failed = 'a capture or a void could not be made yet'

type App = CaptureApp & Pick<AppContext, 'log' | 'outage'>

/** `POST /collect/payments/{payment}/captures`. */
export function createCapture(
  app: App,
  context: RequestContext,
  payment: string,
  { amount, metadata = {} }: CreateCapture,
): Promise<RenderedResponse> {
  return create(app, context, payment, 'capture', ({ capabilities }) => ({
    kind: 'capture',
    amount: amount === undefined ? undefined : BigInt(amount),
    ends: capabilities.capture === 'once',
    metadata,
  }))
}

/** `POST /collect/payments/{payment}/voids`. */
export function createVoid(
  app: App,
  context: RequestContext,
  payment: string,
  { metadata = {} }: CreateVoid,
): Promise<RenderedResponse> {
  return create(app, context, payment, 'void', () => ({ kind: 'void', reason: 'requested', metadata }))
}

type Wanted<Kind> = Kind extends WantedCapture ? Omit<Kind, 'id' | 'payment_id' | 'key' | 'next_check_at'> : never

/**
 * Captures or voids through the processor of a payment: what is wanted is written and claimed, then the processor is called with no
 * transaction open, then its answer is written. When the process is killed in between, the job `sync-captures` goes on from there,
 * and the key gets its response from that.
 */
async function create(
  app: App,
  context: RequestContext,
  shown: string,
  kind: WantedCapture['kind'],
  want: (processor: Processor) => Wanted<WantedCapture>,
): Promise<RenderedResponse> {
  const { environment, idempotency, now } = context
  const { id: payment_id } = await findPaymentOrThrow(app.pool, environment.id, shown)
  const payment = await findSessionPayment(app.pool, environment.id, payment_id)
  const key = idempotency && { key: idempotency.key, response_id: idempotency.response_id }
  const begun = await beginOnce(app, context, async (connection) => {
    if (!payment) throw new Problem('payment_state', notAuthorised[kind])
    const processor = await processorNamed(app, environment, payment.processor, connection)
    if (!processor) throw new Problem('processor_limit', `${payment.processor} is not set up any more.`)
    const next_check_at = new Date(now.getTime() + firstCheckMs)
    const id = newId(bucketOf(payment_id), now.getTime())
    return claimCapture(connection, context, { ...want(processor), id, payment_id, key, next_check_at })
  })
  if (begun.kind === 'response') return begun.response
  const { id } = begun.value
  await checkApart(app, payment_id, failed, () => syncCapture(app, environment.id, id, context))
  if (idempotency) {
    const { replayed: _, ...first } = await storedResponse(app, idempotency)
    return first
  }
  const row = required(await findCapture(app.pool, environment.id, id), 'a capture stays')
  return captureResponse(app, app.pool, environment, row)
}
