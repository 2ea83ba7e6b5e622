import type { Router } from '../../api/fastify.ts'
import { groupedOperation } from '../../api/operation.ts'
import { renderProblem } from '../../api/problems.ts'
import { type RenderedResponse, renderResponse } from '../../api/response.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { bucketOf, newId } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import { sha256 } from '../../core/secret.ts'
import type { PaymentCommand, PaymentOutcome, PaymentTarget } from '../../ledger/payments/command.ts'
import { renderApplied, renderBillingPayment } from './render.ts'
import * as schema from './schema.ts'
import { readPayment } from './store.ts'
import { type ResolvedTarget, readTarget, resolveTarget } from './target.ts'

type App = Pick<AppContext, 'pool' | 'payments' | 'publicUrl'>

/** `POST /billing/payments`: records a payment. */
export function paymentRecordRoute(router: Router, app: AppContext): void {
  groupedOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/billing/payments',
      id: 'createPayment',
      tag: 'Payments',
      summary: 'Record a payment that was received elsewhere',
      description:
        'It is applied at once. The same reference with the same amount, currency and target returns 200 with the first payment; anything else under it is a conflict.',
      body: schema.createPaymentBody,
      responses: schema.createdPayment,
      etag: true,
      errors: [404, 409, 422],
    },
    ({ body, context }) => recordPayment(app, context, body),
  )
}

/**
 * Records money that was received elsewhere. It joins the next batch; the unique keys make it happen once. With a
 * policy it is never refused by a rule, a currency or the state of a bill: what does not fit stays unapplied. Throws
 * `payment_reference_conflict` when the reference belongs to another payment, and whatever makes explicit allocations
 * impossible.
 */
export async function recordPayment(
  app: App,
  context: RequestContext,
  input: schema.CreatePayment,
): Promise<RenderedResponse> {
  const receivedAt = input.received_at === undefined ? context.now : new Date(input.received_at)
  if (receivedAt.getTime() > context.now.getTime() + clockSkewMs) {
    throw fieldProblem('invalid_request', '/received_at', 'It is in the future.')
  }
  const resolved = readTarget(input) ?? (await resolveTarget(app.pool, context.environment.id, input))
  const command = makeCommand(app, context, input, resolved, receivedAt)
  const outcome = await app.payments.apply(command)
  if (outcome.kind !== 'target_unknown') return responseOf(app, context, command, outcome)
  // No receivable identified the customer: the object has no balance, or does not exist, and then this look-up throws.
  const lookedUp = await resolveTarget(app.pool, context.environment.id, input)
  const again = makeCommand(app, context, input, lookedUp, receivedAt)
  return responseOf(app, context, again, await app.payments.apply(again))
}

// A till's clock may be a little ahead of ours.
const clockSkewMs = 5 * 60_000

function makeCommand(
  app: App,
  context: RequestContext,
  input: schema.CreatePayment,
  { target, customer_id, first_id }: ResolvedTarget,
  received_at: Date,
): PaymentCommand {
  const { environment, actor, request_id, idempotency, now, instance } = context
  return {
    environment,
    actor,
    request_id,
    idempotency,
    claim: { kind: 'record', reference: input.reference, fingerprint: fingerprintOf(input, target) },
    payment: {
      id: newId(bucketOf(first_id), now.getTime()),
      customer_id,
      amount: BigInt(input.amount),
      currency: input.currency,
      channel: input.channel,
      clearing: input.channel,
      received_at,
      metadata: input.metadata ?? {},
    },
    target,
    renderer: {
      payment: (applied) =>
        renderResponse<typeof schema.createdPayment>({ status: 201, body: renderApplied(environment, applied) }),
      problem: (problem) => renderProblem(problem, app, instance),
    },
  }
}

/** The same payment sent again has the same amount, currency and target, however the target was spelt. */
function fingerprintOf(input: schema.CreatePayment, target: PaymentTarget): Buffer {
  const named =
    target.kind === 'explicit' ? target.allocations.map((one) => [one.receivable_id, String(one.amount)]) : target.scope
  // The keys are written in a fixed order, so this is canonical.
  return sha256(JSON.stringify({ amount: input.amount, currency: input.currency, named }))
}

async function responseOf(
  { pool }: App,
  { environment }: RequestContext,
  command: PaymentCommand,
  outcome: PaymentOutcome,
): Promise<RenderedResponse> {
  switch (outcome.kind) {
    case 'applied':
      return { ...outcome.response, etag: '"1"' }
    case 'replayed':
      return { ...outcome.response, replayed: true }
    case 'refused':
      throw outcome.problem
    case 'reference_taken': {
      if (!outcome.same) {
        throw fieldProblem('payment_reference_conflict', '/reference', 'It belongs to another payment of this channel.')
      }
      const { row, obligations } = await readPayment(pool, environment.id, outcome.payment_id)
      // After a lost connection the batch is sent again and finds its own commit: that is still the first response.
      const status = outcome.payment_id === command.payment.id ? 201 : 200
      const body = renderBillingPayment(environment, row, obligations)
      return renderResponse<typeof schema.createdPayment>({ status, body, etag: `"${row.version}"` })
    }
    default:
      throw new Problem('not_found', 'There is nothing payable with this id or reference.')
  }
}
