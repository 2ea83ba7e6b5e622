import type { AppContext, RequestContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import { bucketOf, type Id, newId } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import { type CheckoutRow, statusAt } from '../../ledger/checkouts/checkout.ts'
import { beginCheckout } from '../checkout/begin.ts'
import { findRequestOrThrow } from '../checkout/requests/service.ts'
import { findSessionOrThrow } from '../checkout/sessions/service.ts'
import { resolveCheckoutTarget, splitTarget } from '../checkout/target.ts'
import { testSimulator } from '../processor/registry.ts'
import { type PlayedOutcome, playCharge } from '../processor/simulator/charge.ts'
import { drawOutcome } from '../processor/simulator/seeded.ts'
import { createSessionPayment } from '../session/create.ts'
import { syncWithProcessor } from '../session/sync-with-processor.ts'
import type { CreateTestPayment } from './schema.ts'

/**
 * Pays as a payer on a page would, with the outcome that the caller wants: the same attempt, the same charge of the simulator, the
 * same application of what arrives. Returns the id of the payment. Throws `not_found` where no simulator takes payments, the
 * `..._state` of a request or session that is not open, or why the money cannot go where the body says.
 */
export async function playPayment(app: AppContext, context: RequestContext, input: CreateTestPayment): Promise<Id> {
  if (!testSimulator(app, context.environment)) {
    throw new Problem('not_found', 'There are test payments only in a test environment.')
  }
  const id = await begin(app, context, input)
  const { environment, actor, request_id, now } = context
  await playCharge(app.pool, environment.id, id, playedBy(input), now)
  await syncWithProcessor(app, environment.id, id, { actor, request_id })
  return id
}

function playedBy({ seed, outcome, method, delay_s = 3, refunds, later, captures }: CreateTestPayment): PlayedOutcome {
  if (seed !== undefined) return { ...drawOutcome(seed), method }
  return { outcome: required(outcome, 'without a seed there is an outcome'), method, delay_s, refunds, later, captures }
}

async function begin(app: AppContext, context: RequestContext, input: CreateTestPayment): Promise<Id> {
  if (input.payment_request !== undefined) {
    const row = await findRequestOrThrow(app.pool, context.environment.id, input.payment_request)
    return beginWhole(app, context, row, '/payment_request')
  }
  if (input.payment_session !== undefined) {
    const row = await findSessionOrThrow(app.pool, context.environment.id, input.payment_session)
    if (row.capture_method === 'manual' && input.method !== 'card') {
      throw fieldProblem('not_supported', '/method', 'Only a card can be authorised: send card, or leave it out.')
    }
    return beginWhole(app, context, row, '/payment_session')
  }
  return beginPart(app, context, input)
}

async function beginWhole(app: AppContext, context: RequestContext, row: CheckoutRow, pointer: string): Promise<Id> {
  const { environment, actor, request_id, now } = context
  const status = statusAt(row, now)
  if (status !== 'active') throw fieldProblem(`payment_${row.kind}_state`, pointer, `It is ${status}.`)
  const id = newId(row.bucket, now.getTime())
  const via = { return_url: app.publicUrl() }
  const processor = required(testSimulator(app, environment), 'a test environment has its simulator')
  const begun = await beginCheckout(app, processor, row, { environment, id, via, metadata: {}, actor, request_id })
  if (begun !== 'unfit') return id
  throw fieldProblem('amount_exceeds_remaining', pointer, 'Less is owed by now than it asks for.')
}

async function beginPart(app: AppContext, context: RequestContext, input: CreateTestPayment): Promise<Id> {
  const { environment, actor, request_id, now } = context
  const amount = required(input.amount, 'the schema requires an amount')
  const { target, currency } = await resolveCheckoutTarget(app.pool, context, { ...input, amount })
  const wanted = { environment_id: environment.id, amount: BigInt(amount), currency }
  const { chosen } = await splitTarget(app.pool, wanted, required(target, 'the schema requires a target'))
  const id = newId(bucketOf(target?.customer_id ?? ''), now.getTime())
  const processor = required(testSimulator(app, environment), 'a test environment has its simulator')
  await createSessionPayment(app, processor, {
    environment,
    id,
    customer_id: target?.customer_id ?? null,
    target_id: target?.id ?? null,
    chosen,
    amount: wanted.amount,
    currency,
    checkout_id: null,
    capture_method: null,
    metadata: {},
    via: { return_url: app.publicUrl() },
    actor,
    request_id,
  })
  return id
}
