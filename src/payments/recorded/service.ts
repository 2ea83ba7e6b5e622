import { bucketOf, type Id, newId, readId } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import { sha256 } from '../../core/secret.ts'
import type { Queryable } from '../../database/pool.ts'
import type { ChangeContext } from '../../api/context.ts'
import type { FastifyRequest, Platform } from '../../api/platform.ts'
import { pathOf, renderProblem } from '../../api/problems.ts'
import { type Answer, claimOf } from '../../api/idempotency.ts'
import type { PaymentOrder, PaymentOutcome, PaymentTarget } from '../../ledger/payments/command.ts'
import { renderApplied, renderBillingPayment } from './render.ts'
import type { CreatePayment } from './schema.ts'
import { findObligations, findPayment, type PaymentRow } from './store.ts'
import { type ResolvedTarget, readTarget, resolveTarget } from './target.ts'

/** An answer, and whether it was given before to the same key. */
export type PaymentAnswer = Answer & { replayed?: boolean }

/**
 * Records money that others took. It joins the next batch; the unique keys make it happen once. With a policy it is never
 * refused by a rule, a currency or a bill's state: what does not fit stays unapplied. Throws `payment_reference_conflict` when
 * the reference belongs to another payment, and whatever makes explicit allocations impossible.
 */
export async function recordPayment(
  platform: Platform,
  context: ChangeContext,
  request: FastifyRequest,
  input: CreatePayment,
): Promise<PaymentAnswer> {
  const receivedAt = input.received_at === undefined ? context.now : new Date(input.received_at)
  if (receivedAt.getTime() > context.now.getTime() + clockSkewMs) {
    throw fieldProblem('invalid_request', '/received_at', 'It is in the future.')
  }
  const read = readTarget(input)
  const resolved = read ?? (await resolveTarget(platform.pool, context.environment.id, input))
  const order = makeOrder(platform, context, request, input, resolved, receivedAt)
  const outcome = await platform.payments.apply(order)
  if (outcome.kind !== 'target_unknown') return answerOf(platform, context, order, outcome)
  // No receivable told whose it is: the object has no balance, or there is none, which this look-up refuses.
  const looked = await resolveTarget(platform.pool, context.environment.id, input)
  const again = makeOrder(platform, context, request, input, looked, receivedAt)
  return answerOf(platform, context, again, await platform.payments.apply(again))
}

// A till's clock may be a little ahead of ours.
const clockSkewMs = 5 * 60_000

function makeOrder(
  platform: Platform,
  context: ChangeContext,
  request: FastifyRequest,
  input: CreatePayment,
  { target, customer_id, first_id }: ResolvedTarget,
  received_at: Date,
): PaymentOrder {
  const { environment } = context
  return {
    environment,
    request_id: context.request_id,
    idempotency: claimOf(request, context.now),
    claim: { kind: 'record', reference: input.reference, fingerprint: fingerprintOf(input, target) },
    payment: {
      id: newId(bucketOf(first_id), context.now.getTime()),
      customer_id,
      amount: BigInt(input.amount),
      currency: input.currency,
      channel: input.channel,
      clearing: input.channel,
      received_at,
      metadata: input.metadata ?? {},
    },
    target,
    render: (applied) => ({ status: 201, body: JSON.stringify(renderApplied(environment, applied)) }),
    renderProblem: (problem) => renderProblem(problem, platform, pathOf(request)),
  }
}

/** The same money again has the same amount, currency and target, however the target was spelt. */
function fingerprintOf(input: CreatePayment, target: PaymentTarget): Buffer {
  const named =
    target.kind === 'explicit' ? target.allocations.map((one) => [one.receivable_id, String(one.amount)]) : target.scope
  // The members stand in their order, so that this is canonical.
  return sha256(JSON.stringify({ amount: input.amount, currency: input.currency, named }))
}

async function answerOf(
  platform: Platform,
  context: ChangeContext,
  order: PaymentOrder,
  outcome: PaymentOutcome,
): Promise<PaymentAnswer> {
  switch (outcome.kind) {
    case 'applied':
      return { ...outcome.answer, etag: '"1"' }
    case 'replayed':
      return { ...outcome.answer, replayed: true }
    case 'refused':
      throw outcome.problem
    case 'reference_taken': {
      if (!outcome.same) {
        throw fieldProblem('payment_reference_conflict', '/reference', 'It belongs to another payment of this channel.')
      }
      const shown = await showPayment(platform.pool, context, outcome.payment_id)
      // After a lost connection the batch is sent again and meets its own commit: that is still the first answer.
      return { ...shown, status: outcome.payment_id === order.payment.id ? 201 : 200 }
    }
    default:
      throw new Problem('not_found', 'There is nothing with this id or reference to pay.')
  }
}

/** Finds a payment by its id. Throws `not_found`. */
export async function mustFindPayment(
  connection: Queryable,
  environmentId: number,
  shown: string,
): Promise<PaymentRow> {
  const id = readId('payment', shown)
  const row = id === undefined ? undefined : await findPayment(connection, environmentId, id)
  if (!row) throw new Problem('not_found', 'There is no payment with this id.')
  return row
}

/** A payment with its obligations, as Billing shows it. */
export async function showPayment(connection: Queryable, { environment }: ChangeContext, id: Id): Promise<Answer> {
  const [row, obligations] = await Promise.all([
    findPayment(connection, environment.id, id),
    findObligations(connection, environment.id, id),
  ])
  if (!row) throw new Problem('not_found', 'There is no payment with this id.')
  return {
    status: 200,
    body: JSON.stringify(renderBillingPayment(environment, row, obligations)),
    etag: `"${row.version}"`,
  }
}
