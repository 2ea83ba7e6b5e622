import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { writeOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import { effectiveAt } from '../../core/effective-at.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import { fieldProblem, type InputPlace, Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { type AdjustmentCause, adjust } from '../../ledger/adjust.ts'
import { refuseClosedPeriod } from '../../ledger/books.ts'
import { Journal } from '../../ledger/journal.ts'
import { countsFrom, ownerField, type Receivable, type ReceivableKind } from '../../ledger/receivable.ts'
import { expecting } from '../../shapes/expected.ts'
import { ownerFields } from '../../shapes/object.ts'
import {
  balance,
  freeText,
  instant,
  keptCurrencyCode,
  maxBalanceNumber,
  shownCurrency,
  shownId,
  shownInstant,
  text,
} from '../../shapes/primitives.ts'
import { adjustmentSigns, wrongSign } from './adjustment-signs.ts'
import { adjustmentField, type ObjectEventType, tellObject } from './event.ts'
import { lockObject, withReceivable } from './lock.ts'
import type { ChangeView, Declared } from './operations.ts'
import { objectParams, type Resource } from './resource.ts'
import type { Rows } from './rows.ts'

const reason = freeText(255)
  .min(1)
  .describe('Why, for readers of the history. It is part of the accounts and never erased, so do not put names into it')
const label = freeText(100).min(1).describe('What it is called on a document, such as Late fee. Never erased')
const reference = text(255)
  .min(1)
  .describe("The number of the merchant's own document, such as a credit note. Never erased")

const kinds = z.enum(Object.keys(adjustmentSigns) as [keyof typeof adjustmentSigns])

/** The body of an adjustment. */
export const createAdjustment = z
  .strictObject({
    amount: expecting(z.int(), 'a whole number of minor units that is not 0, such as 500 or -500')
      .min(-maxBalanceNumber)
      .max(maxBalanceNumber)
      .refine((value) => value !== 0, { error: 'should not be 0: send minor units, such as 500 or -500' })
      .describe('Signed minor units: a positive amount increases what is owed'),
    currency: keptCurrencyCode.optional().describe('Must be the currency of the balance'),
    reason,
    label: label.optional(),
    reference: reference.optional(),
    kind: kinds
      .default('adjustment')
      .describe(
        'A fee is positive; a credit note, a discount and a write-off, which gives up what is owed, are negative',
      ),
    effective_at: instant.optional().describe('When it takes effect; defaults to now'),
  })
  .superRefine(({ kind, amount }, context) => {
    const message = wrongSign(kind, amount)
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['amount'], message, input: amount })
  })
  .meta({ id: 'CreateAdjustment' })
type CreateAdjustment = z.output<typeof createAdjustment>

/** An adjustment that was entered. */
export const adjustment = z
  .object({
    id: shownId('adjustment'),
    kind: kinds,
    amount: balance,
    currency: shownCurrency,
    reason,
    label: label.optional(),
    reference: reference.optional(),
    balance_after: balance,
    ...ownerFields,
    mode: z.enum(['test', 'live']),
    effective_at: shownInstant,
    created_at: shownInstant,
  })
  .describe('Exactly one of customer_id, account_id and bill_id says what was adjusted')
  .meta({ id: 'Adjustment' })

/** Why an adjustment of the balance of a customer or an account may be refused. */
export const balanceAdjustmentErrors = [
  'period_closed',
  'archived',
  'no_balance',
  'currency_mismatch',
  'amount_out_of_range',
  'card_number',
] as const

/** Enters an adjustment on a locked object, in the way of its kind, and tells it. Returns the id of the adjustment. */
export type EnterAdjustment<Kind extends ReceivableKind> = (
  connection: Connection,
  view: ChangeView,
  held: { row: Rows[Kind]; receivable: Receivable },
  amount: bigint,
  cause: AdjustmentCause,
) => Promise<Id>

/** Adjusts a balance by a signed amount. Unlike setting a balance, this cannot race with payments. */
export function adjustOperation<Kind extends ReceivableKind, Shape extends z.ZodType>(
  router: Router,
  app: AppContext,
  { kind, tag }: Resource<Kind, Shape>,
  declared: Declared,
  enter: EnterAdjustment<Kind>,
): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      description:
        'The amount is added to the current balance, so an adjustment cannot overwrite a payment that has just arrived.',
      ...declared,
      tag,
      scope: 'billing',
      params: objectParams(kind),
      body: createAdjustment,
      responses: { 201: adjustment },
    },
    async (connection, { params, body, context }) => ({
      status: 201,
      body: await adjustObject(connection, { app, context }, kind, params[kind], body, enter),
    }),
    { committed: app.eventsCommitted },
  )
}

/**
 * Enters an adjustment on the locked balance and renders it. `place` is where the object was named. Throws `no_balance`, `currency_mismatch`, `archived`,
 * `amount_out_of_range`, and what `enter` throws.
 */
export async function adjustObject<Kind extends ReceivableKind>(
  connection: Connection,
  view: ChangeView,
  kind: Kind,
  idOrReference: string,
  input: CreateAdjustment,
  enter: EnterAdjustment<Kind>,
  place: InputPlace = { parameter: kind },
): Promise<z.input<typeof adjustment>> {
  const { environment, request_id, actor, now } = view.context
  const held = await lockObject(connection, environment.id, kind, idOrReference, { place })
  const { receivable } = held
  if (!receivable) throw new Problem('no_balance', `The ${kind} has no balance to adjust.`)
  if (input.currency !== undefined && input.currency !== receivable.currency) {
    throw fieldProblem('currency_mismatch', '/currency', `The balance is in ${receivable.currency}.`)
  }
  const amount = BigInt(input.amount)
  const effective_at =
    input.effective_at === undefined
      ? countsFrom(receivable, amount, now)
      : effectiveAt(input.effective_at, now, '/effective_at')
  await refuseClosedPeriod(
    connection,
    environment.id,
    input.effective_at === undefined ? undefined : effective_at,
    '/effective_at',
  )
  const { reason, label, reference } = input
  const cause = { kind: input.kind, request_id, actor, reason, label, reference, effective_at }
  const id = await enter(connection, view, { row: held.row, receivable }, amount, cause)
  return {
    id: formatId('adjustment', id),
    kind: input.kind,
    amount: input.amount,
    currency: receivable.currency,
    reason,
    label,
    reference,
    balance_after: toNumber(receivable.balance),
    ...ownerField(receivable),
    mode: environment.mode,
    effective_at: effective_at.toISOString(),
    created_at: now.toISOString(),
  }
}

/** Enters adjustments on the balances of one kind of objects: customers or accounts. */
export function enterOn<Kind extends 'customer' | 'account', Shape extends z.ZodType>(
  resource: Resource<Kind, Shape>,
  type: ObjectEventType<Kind>,
): EnterAdjustment<Kind> {
  return async (connection, { context }, { row, receivable }, amount, cause) => {
    const journal = new Journal(context.now)
    const entered = required(
      adjust(journal, receivable, amount, cause, context.now),
      'a nonzero amount makes an adjustment',
    )
    const moved = withReceivable(row, receivable)
    await Promise.all([
      journal.write(connection),
      tellObject(connection, context, resource, type, moved, entered, adjustmentField(entered)),
    ])
    return entered.id
  }
}
