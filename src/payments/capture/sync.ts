import { renderProblem } from '../../api/problems.ts'
import { type RenderedResponse, renderResponse } from '../../api/response.ts'
import type { AppContext } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { storeResponses } from '../../database/idempotency.ts'
import type { Connection, Queryable } from '../../database/pool.ts'
import { transaction } from '../../database/transaction.ts'
import { authorisationExpired, notAuthorised } from '../../ledger/captures/authorised-amount.ts'
import { type CaptureFailure, type CaptureRow, findCapture } from '../../ledger/captures/capture-row.ts'
import { type CaptureOutcome, settleCapture } from '../../ledger/captures/settle.ts'
import { ProcessorFault } from '../processor/fault.ts'
import type { Processor } from '../processor/processor.ts'
import { processorNamed } from '../processor/registry.ts'
import { renderBillingPayment } from '../recorded/render.ts'
import type { billingPayment } from '../recorded/schema.ts'
import { readPayment } from '../recorded/store.ts'
import { type AskedCapture, endKeyOfCapture, findAskedCapture } from './store.ts'

/** What bringing a capture or a void to what its processor says needs. */
export type CaptureApp = Pick<
  AppContext,
  'pool' | 'clock' | 'vault' | 'publicUrl' | 'processorClient' | 'eventsCommitted'
>

/** Who asks: the request, or the job that looks after captures. */
export type CaptureCause = { request_id: string; actor: Actor }

/**
 * Asks the processor for a capture or a void, outside any transaction, and brings it to the answer. One that was not answered is
 * asked for again with the same key: whether the first call came through is not known, and the processor does nothing twice. It may
 * be called concurrently and any number of times. The key that waits for the response gets it in any case: where the processor did
 * not answer, the payment says that it is not confirmed. Throws what the call throws.
 */
export async function syncCapture(app: CaptureApp, environmentId: number, id: Id, cause: CaptureCause): Promise<void> {
  const asked = await findAskedCapture(app.pool, environmentId, id)
  if (asked?.status !== 'pending') return
  const { outcome, failure } = await ask(app, asked)
  await transaction(app.pool, async (connection) => {
    const context = { environment: { id: environmentId, mode: asked.mode }, now: app.clock.now(), ...cause }
    const row = outcome
      ? await settleCapture(connection, context, asked, outcome)
      : await findCapture(connection, environmentId, id, { lock: true })
    if (row) await answerKey(app, connection, asked, row)
  })
  app.eventsCommitted()
  if (failure !== undefined) throw failure
}

/** What the processor says, or why it could not be asked. Neither where it is no longer there. */
async function ask(app: CaptureApp, asked: AskedCapture): Promise<{ outcome?: CaptureOutcome; failure?: unknown }> {
  const environment = { id: asked.environment_id, mode: asked.mode }
  const processor = await processorNamed(app, environment, asked.processor)
  if (!processor) return {}
  const { charge_reference, amount, currency } = asked
  const wanted = { charge_reference, processor_payment_id: asked.processor_payment_id ?? undefined, amount, currency }
  const key = formatId('capture', asked.id)
  try {
    const answer = await (asked.kind === 'capture' ? processor.capture?.(wanted, key) : processor.void?.(wanted, key))
    if (answer === undefined) return {}
    return { outcome: answer === 'done' ? { kind: 'done' } : await lookInto(app, processor, asked, undefined) }
  } catch (failure) {
    const refused = failure instanceof ProcessorFault && failure.kind === 'refused' ? failure.message : undefined
    if (refused === undefined) return { failure }
    return lookInto(app, processor, asked, refused).then(
      (outcome) => ({ outcome }),
      (unknown: unknown) => ({ failure: unknown }),
    )
  }
}

/** Why nothing was captured or let go of, and what has become of the authorisation without us. */
async function lookInto(
  { clock }: CaptureApp,
  processor: Processor,
  { charge_reference, authorised_until, kind }: AskedCapture,
  refused: string | undefined,
): Promise<CaptureOutcome> {
  const state = await processor.fetch(charge_reference)
  const ended = state.status === 'authorised' ? { captured: state.captured, released: state.released } : undefined
  const ends =
    state.status === 'authorised' && state.expires_at < authorised_until ? state.expires_at : authorised_until
  const failure: CaptureFailure =
    refused !== undefined
      ? { code: 'refused', message: refused }
      : kind === 'capture' && clock.now() >= ends
        ? { code: 'expired', message: authorisationExpired }
        : { code: 'not_authorised', message: notAuthorised[kind] }
  return { kind: 'failed', failure, ended }
}

/** Stores the response that a key waits for, with the lock on its capture or void, so that it is stored once. */
async function answerKey(
  app: CaptureApp,
  connection: Connection,
  environment: Pick<AskedCapture, 'mode'>,
  row: CaptureRow,
): Promise<void> {
  const { idempotency_key: key, response_id } = row
  if (key === null || response_id === null) return
  const { status, body } = await captureResponse(app, connection, environment, row)
  const response = { environment_id: row.environment_id, key, response_id, status, body, encrypted: false }
  await Promise.all([storeResponses(connection, [response]), endKeyOfCapture(connection, row)])
}

/** The response of the request that a capture or a void was made of: its payment, or why it did not come about. */
export async function captureResponse(
  app: Pick<AppContext, 'publicUrl'>,
  database: Queryable,
  { mode }: Pick<AskedCapture, 'mode'>,
  { environment_id, payment_id, kind, failure }: CaptureRow,
): Promise<RenderedResponse> {
  if (failure !== null) {
    const problem = new Problem(failure.code === 'refused' ? 'processor_limit' : 'payment_state', failure.message)
    return renderProblem(problem, app, `/collect/payments/${formatId('payment', payment_id)}/${kind}s`)
  }
  const { row, obligations } = await readPayment(database, environment_id, payment_id)
  const body = renderBillingPayment({ mode }, row, obligations)
  return renderResponse<{ 201: typeof billingPayment }>({ status: 201, body })
}
