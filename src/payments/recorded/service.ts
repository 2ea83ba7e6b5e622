import type { z } from 'zod'
import { renderProblem } from '../../api/problems.ts'
import { type RenderedResponse, renderResponse } from '../../api/response.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { isWithdrawn } from '../../core/currency.ts'
import { effectiveAt } from '../../core/effective-at.ts'
import { bucketOf, type Id, newId, parseId } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import { sha256 } from '../../core/secret.ts'
import type { Queryable } from '../../database/pool.ts'
import type { PaymentCommand, PaymentOutcome, PaymentTarget } from '../../ledger/payments/command.ts'
import { renderApplied, renderBillingPayment } from './render.ts'
import type { billingPayment, CreatePayment, createdPayment } from './schema.ts'
import { findObligations, findPayment, type PaymentRow } from './store.ts'
import { type ResolvedTarget, readTarget, refuseWithdrawn, resolveTarget } from './target.ts'

type App = Pick<AppContext, 'pool' | 'payments' | 'publicUrl'>

/**
 * Records money that others took. It joins the next batch; the unique keys make it happen once. With a policy it is never
 * refused by a rule, a currency or a bill's state: what does not fit stays unapplied. Throws `payment_reference_conflict` when
 * the reference belongs to another payment, and whatever makes explicit allocations impossible.
 */
export async function recordPayment(
  app: App,
  context: RequestContext,
  input: CreatePayment,
): Promise<RenderedResponse> {
  const receivedAt = effectiveAt(input.received_at, context.now, '/received_at')
  const resolved = readTarget(input) ?? (await resolveTarget(app.pool, context.environment.id, input))
  if (isWithdrawn(input.currency)) {
    await refuseWithdrawn(app.pool, context.environment.id, input.currency, resolved.target)
  }
  const command = makeCommand(app, context, input, resolved, receivedAt)
  const outcome = await app.payments.apply(command)
  if (outcome.kind !== 'target_unknown') return responseOf(app, context, command, outcome)
  // No receivable told whose it is: the object has no balance, or there is none, which this look-up refuses.
  const looked = await resolveTarget(app.pool, context.environment.id, input)
  const again = makeCommand(app, context, input, looked, receivedAt)
  return responseOf(app, context, again, await app.payments.apply(again))
}

function makeCommand(
  app: App,
  context: RequestContext,
  input: CreatePayment,
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
        renderResponse<typeof createdPayment>({ status: 201, body: renderApplied(environment, applied) }),
      problem: (problem) => renderProblem(problem, app, instance),
    },
  }
}

/** The same money again has the same amount, currency and target, however the target was spelt. */
function fingerprintOf(input: CreatePayment, target: PaymentTarget): Buffer {
  const named =
    target.kind === 'explicit' ? target.allocations.map((one) => [one.receivable_id, String(one.amount)]) : target.scope
  // The members stand in their order, so that this is canonical.
  return sha256(JSON.stringify({ amount: input.amount, currency: input.currency, named }))
}

async function responseOf(
  { pool }: App,
  context: RequestContext,
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
      const shown = await showPayment(pool, context, outcome.payment_id)
      // After a lost connection the batch is sent again and meets its own commit: that is still the first answer.
      const status = outcome.payment_id === command.payment.id ? 201 : 200
      return renderResponse<typeof createdPayment>({ ...shown, status })
    }
    default:
      throw new Problem('not_found', 'There is nothing with this id or reference to pay.')
  }
}

/** Finds a payment by its id. Throws `not_found`. */
export async function findPaymentOrThrow(
  connection: Queryable,
  environmentId: number,
  shown: string,
): Promise<PaymentRow> {
  const id = parseId('payment', shown)
  const row = id === undefined ? undefined : await findPayment(connection, environmentId, id)
  if (!row) throw new Problem('not_found', 'There is no payment with this id.')
  return row
}

/** A payment with its obligations, as Billing shows it. */
export async function showPayment(
  connection: Queryable,
  { environment }: RequestContext,
  id: Id,
): Promise<{ status: 200; body: z.input<typeof billingPayment>; etag: string }> {
  const [row, obligations] = await Promise.all([
    findPayment(connection, environment.id, id),
    findObligations(connection, environment.id, id),
  ])
  if (!row) throw new Problem('not_found', 'There is no payment with this id.')
  return { status: 200, body: renderBillingPayment(environment, row, obligations), etag: `"${row.version}"` }
}
