import { type RenderedResponse, renderResponse } from '../../api/response.ts'
import type { AppContext } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { storeResponses } from '../../database/idempotency.ts'
import type { Connection } from '../../database/pool.ts'
import { transaction } from '../../database/transaction.ts'
import { findRefund, type RefundRow } from '../../ledger/corrections/refund-row.ts'
import { settleRefund } from '../../ledger/corrections/settle-refund.ts'
import { ProcessorFault } from '../processor/fault.ts'
import type { Processor, RefundState } from '../processor/processor.ts'
import { processorNamed } from '../processor/registry.ts'
import { renderRefund } from './render.ts'
import type { refund as shape } from './schema.ts'
import { claimAsking, endKey, findSentRefund, type SentRefund } from './store.ts'

/** What bringing a refund to the state of its processor needs. */
export type RefundApp = Pick<
  AppContext,
  'pool' | 'clock' | 'vault' | 'publicUrl' | 'processorClient' | 'eventsCommitted' | 'log'
>

/** Who asks: the request that sends the refund, or the job that looks after it. */
export type RefundCause = { request_id: string; actor: Actor }

const pendingCheckMs = 5_000
const succeededCheckMs = 24 * 3_600_000
// Of a word of the API.
const codeMax = 40

/**
 * Asks the processor about a refund, outside any transaction, and brings the refund to its answer. One that the processor has not
 * answered for yet is asked for again under the same id: whether the first call came through is not known, and the processor sends
 * nothing twice. It may be called concurrently and any number of times: one at a time asks for it to be sent. The key that waits
 * for the response gets it in any case: where the processor cannot be asked, the refund is pending. Throws what the call throws.
 */
export async function syncRefund(app: RefundApp, environmentId: number, id: Id, cause: RefundCause): Promise<void> {
  const sent = await findSentRefund(app.pool, environmentId, id)
  if (!sent || sent.status === 'failed') return
  if (sent.processor_reference === null && !(await claimAsking(app.pool, sent, app.clock.now()))) return
  const { state, failure } = await ask(
    await processorNamed(app, { id: environmentId, mode: sent.mode }, sent.processor ?? ''),
    sent,
  )
  if (state?.status === 'pending' && state.needs !== undefined) {
    app.log.error({ refund_id: formatId('refund', id), needs: state.needs }, 'a refund waits for the merchant')
  }
  await transaction(app.pool, async (connection) => {
    const now = app.clock.now()
    const context = { environment: { id: environmentId, mode: sent.mode }, now, ...cause }
    const row = state
      ? await settleRefund(connection, context, sent, { ...state, next_check_at: nextCheck(sent, state, now) })
      : await findRefund(connection, environmentId, id, { lock: true })
    if (row) await answerKey(connection, sent, row)
  })
  app.eventsCommitted()
  if (failure !== undefined) throw failure
}

/**
 * What the processor says, or why it could not be asked. Neither where the one that took the payment is no longer there. What it
 * refuses to send has failed.
 */
async function ask(
  processor: Processor | undefined,
  sent: SentRefund,
): Promise<{ state?: RefundState | undefined; failure?: unknown }> {
  if (processor?.name !== sent.processor) return {}
  const { id, processor_reference, charge_reference, amount, currency, reason } = sent
  if (processor_reference !== null) return attempt(async () => processor.fetchRefund?.(processor_reference))
  const processor_payment_id = sent.processor_payment_id ?? undefined
  const { state, failure } = await attempt(async () =>
    processor.refund?.({ refund_id: id, charge_reference, processor_payment_id, amount, currency, reason }),
  )
  const isRefused = failure instanceof ProcessorFault && failure.kind === 'refused'
  return isRefused ? { state: refusalOf(failure) } : { state, failure }
}

async function attempt<T>(call: () => Promise<T>): Promise<{ state?: T; failure?: unknown }> {
  try {
    return { state: await call() }
  } catch (failure) {
    return { failure }
  }
}

function refusalOf({ code = 'refused', message }: ProcessorFault): RefundState {
  const failure = { code: code.slice(0, codeMax), message: `The processor refused the refund: ${message}.` }
  return { status: 'failed', reference: undefined, failure }
}

/** When the processor is asked again; the job has scheduled that already where it is the same as before. */
function nextCheck(sent: SentRefund, state: RefundState, now: Date): Date | null {
  if (state.status === 'failed') return null
  const known = sent.status === 'succeeded' || (state.status === 'pending' && sent.processor_reference !== null)
  if (known) return sent.next_check_at
  return new Date(now.getTime() + (state.status === 'pending' ? pendingCheckMs : succeededCheckMs))
}

/** Stores the response that a key waits for, with the lock on its refund, so that it is stored once. */
async function answerKey(connection: Connection, { mode }: Pick<SentRefund, 'mode'>, row: RefundRow): Promise<void> {
  const { idempotency_key: key, response_id } = row
  if (key === null || response_id === null) return
  const { status, body } = respond({ mode }, row)
  const response = { environment_id: row.environment_id, key, response_id, status, body, encrypted: false }
  await Promise.all([storeResponses(connection, [response]), endKey(connection, row)])
}

/** The response of the request that a refund was made of. */
export function respond(environment: Pick<SentRefund, 'mode'>, row: RefundRow): RenderedResponse {
  return renderResponse<{ 201: typeof shape }>({ status: 201, body: renderRefund(environment, row) })
}
