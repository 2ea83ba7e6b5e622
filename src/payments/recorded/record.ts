import type { Router } from '../../api/fastify.ts'
import { groupedOperation } from '../../api/operation.ts'
import { renderProblem } from '../../api/problems.ts'
import { type RenderedResponse, renderResponse } from '../../api/response.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { AssertionError } from '../../core/assert.ts'
import { isWithdrawn } from '../../core/currency.ts'
import { pastInstant } from '../../core/effective-at.ts'
import { newId, parseId } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { PaymentCommand, PaymentOutcome } from '../../ledger/payments/command.ts'
import { findCodedNotice } from '../notice/find-by-code.ts'
import { destinationOf, destinationOfUnidentified, type PaymentDestination } from './destination.ts'
import { fingerprintOf, type Said } from './fingerprint.ts'
import { resolveTaken } from './reference-taken.ts'
import { renderApplied, renderBillingPayment } from './render.ts'
import * as schema from './schema.ts'
import { readPayment } from './store.ts'
import { readTarget, refuseWithdrawn, resolveTarget, targetErrors } from './target.ts'

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
      scope: 'payments',
      summary: 'Record a payment that was received elsewhere',
      description:
        'It is applied at once. The same request under the same reference returns 200 with the first payment; any other is a conflict that says what differs. With `replaces` it takes the place of a payment whose money was returned. A request that names no target may hold the code of a transfer notice, in `reference` or in `details.text`: it pays what that was made for. With `unidentified` the money waits until it is assigned to a customer.',
      body: schema.createPaymentBody,
      responses: schema.createdPayment,
      etag: true,
      errors: [...targetErrors, 'payment_reference_conflict', 'payment_state', 'card_number'],
    },
    ({ body, context }) => recordPayment(app, context, body),
  )
}

/**
 * Records money that was received elsewhere. It joins the next batch; the unique keys make it happen once. With a
 * policy it is never refused by a rule, a currency or the state of a bill: what does not fit stays unapplied. Throws
 * `payment_reference_conflict` when the reference belongs to another payment, `payment_state` when the payment to be
 * replaced cannot be, and whatever makes explicit allocations impossible.
 */
export async function recordPayment(
  app: App,
  context: RequestContext,
  input: schema.CreatePayment,
): Promise<RenderedResponse> {
  const rest = readRest(context, input)
  const untargeted = schema.isUntargeted(input)
  // Who says that the payer is unknown has looked at the code, if there is one, and does not go by it.
  const codes = input.unidentified ? [] : schema.transferCodesOf(input)
  const [named, notice] = await Promise.all([
    untargeted ? undefined : (readTarget(input) ?? resolveTarget(app.pool, context.environment.id, input)),
    findCodedNotice(app.pool, context.environment.id, codes),
  ])
  const destination = input.unidentified ? destinationOfUnidentified(input) : destinationOf(input, named, notice)
  if (isWithdrawn(input.currency)) {
    await refuseWithdrawn(app.pool, context.environment.id, input.currency, destination.target)
  }
  const applied = await apply(app, context, rest, destination)
  if (applied !== 'target_unknown') return applied
  // No receivable identified the customer: the object has no balance, or does not exist, and then this look-up throws.
  const lookedUp = await resolveTarget(app.pool, context.environment.id, input)
  const again = await apply(app, context, rest, destinationOf(input, lookedUp, notice))
  if (again !== 'target_unknown') return again
  throw fieldProblem('not_found', lookedUp.pointer, 'There is nothing payable with this id or reference.')
}

type Rest = Omit<Said, 'target' | 'target_pointer'>

/** What the request says besides its target. Throws `invalid_request` for money of a time to come, and `not_found` when `replaces` is no id of a payment. */
export function readRest({ now }: RequestContext, input: schema.CreatePayment): Rest {
  const received_at = input.received_at === undefined ? undefined : pastInstant(input.received_at, now, '/received_at')
  const replaces = input.replaces === undefined ? null : parseId('payment', input.replaces)
  if (replaces === undefined) throw absentProblem('payment', input.replaces ?? '', { pointer: '/replaces' })
  return {
    channel: input.channel,
    reference: input.reference,
    amount: BigInt(input.amount),
    currency: input.currency,
    metadata: input.metadata ?? {},
    details: input.details,
    replaces,
    received_at,
  }
}

async function apply(
  app: App,
  context: RequestContext,
  rest: Rest,
  destination: PaymentDestination,
): Promise<RenderedResponse | 'target_unknown'> {
  const said = { ...rest, target: destination.said, target_pointer: destination.pointer }
  const command = makeCommand(app, context, said, destination)
  const outcome = await app.payments.apply(command)
  return outcome.kind === 'target_unknown' ? outcome.kind : responseOf(app, context, said, command, outcome)
}

/** What is to be applied, and how it is answered. */
export function makeCommand(
  app: Pick<AppContext, 'publicUrl'>,
  context: RequestContext,
  said: Said,
  { target, customer_id, bucket, notice }: PaymentDestination,
): PaymentCommand {
  const { environment, actor, request_id, idempotency, now, instance } = context
  const { amount, currency, channel, reference, metadata, details, replaces, received_at = now } = said
  const claim = { reference, fingerprint: fingerprintOf(said) }
  return {
    environment,
    actor,
    request_id,
    idempotency,
    claim: replaces === null ? { kind: 'record', ...claim } : { kind: 'replace', ...claim, replaces },
    payment: {
      id: newId(bucket, now.getTime()),
      customer_id,
      amount,
      currency,
      channel,
      source: `clearing:${channel}`,
      received_at,
      metadata,
      details,
    },
    target,
    notice,
    renderer: {
      payment: (applied) =>
        renderResponse<typeof schema.createdPayment>({ status: 201, body: renderApplied(environment, applied) }),
      problem: (problem) => renderProblem(problem, app, instance),
    },
  }
}

async function responseOf(
  { pool }: App,
  { environment }: RequestContext,
  said: Said,
  command: PaymentCommand,
  outcome: Exclude<PaymentOutcome, { kind: 'target_unknown' }>,
): Promise<RenderedResponse> {
  switch (outcome.kind) {
    case 'applied':
      return { ...outcome.response, etag: '"1"' }
    case 'replayed':
      return { ...outcome.response, replayed: true }
    case 'refused':
      throw outcome.problem
    case 'reference_taken': {
      const same = await resolveTaken(pool, environment.id, said, outcome.holders)
      if (same instanceof Problem) throw same
      const { row, obligations } = await readPayment(pool, environment.id, same)
      // After a lost connection the batch is sent again and finds its own commit: that is still the first response.
      const status = same === command.payment.id ? 201 : 200
      const body = renderBillingPayment(environment, row, obligations)
      return renderResponse<typeof schema.createdPayment>({ status, body, etag: `"${row.version}"` })
    }
    case 'already_succeeded':
      throw new AssertionError('only the payment of a session succeeds twice')
  }
}
