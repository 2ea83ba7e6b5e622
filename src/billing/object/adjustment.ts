import { z } from 'zod'
import { present } from '../../core/assert.ts'
import { type Id, showId } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { addWrite } from '../../api/operation.ts'
import type { App, Platform } from '../../api/platform.ts'
import { balance, currencyCode, instant, maxBalanceNumber, shownCurrency, shownId, text } from '../../shapes/primitives.ts'
import { type AdjustmentCause, adjust } from '../../ledger/adjust.ts'
import { Journal } from '../../ledger/journal.ts'
import { paidMember, type Receivable, type ReceivableKind } from '../../ledger/receivable.ts'
import { moveBill, refuseVoided } from '../bill/balance.ts'
import { tellBillUpdated } from '../bill/event.ts'
import type { Rows } from './rows.ts'
import { lockObject, withReceivable } from './lock.ts'
import { objectParams, type Resource, type View } from './resource.ts'

const reason = text(255)
  .min(1)
  .describe('Why, for whoever reads the history. It is part of the accounts and kept for good: write no names into it')
const kinds = z.enum(['adjustment', 'write_off'])

const createAdjustment = z
  .strictObject({
    amount: z
      .int()
      .min(-maxBalanceNumber)
      .max(maxBalanceNumber)
      .refine((value) => value !== 0, { error: 'should not be 0' })
      .describe('Signed minor units: positive is owed more, negative less'),
    currency: currencyCode.optional().describe('That of the balance; another one is refused'),
    reason,
    kind: kinds.default('adjustment').describe('A write-off gives up what is owed, so its amount is negative'),
    effective_at: instant.optional().describe('When it counts from; now when absent'),
  })
  .refine(({ kind, amount }) => kind !== 'write_off' || amount < 0, {
    error: 'of a write-off should be negative',
    path: ['amount'],
  })
  .meta({ id: 'CreateAdjustment' })
type CreateAdjustment = z.output<typeof createAdjustment>

const adjustment = z
  .object({
    id: shownId('adjustment'),
    kind: kinds,
    amount: balance,
    currency: shownCurrency,
    reason,
    balance_after: balance,
    customer_id: shownId('customer').optional(),
    account_id: shownId('account').optional(),
    bill_id: shownId('bill').optional(),
    mode: z.enum(['test', 'live']),
    effective_at: instant,
    created_at: instant,
  })
  .describe('Exactly one of customer_id, account_id and bill_id tells what was adjusted')
  .meta({ id: 'Adjustment' })

/** Adjusts a balance by a signed amount. Unlike a balance that is set, it cannot race with payments. */
export function adjustmentRoute<Kind extends ReceivableKind>(app: App, platform: Platform, resource: Resource<Kind>) {
  const { kind, name, url } = resource
  addWrite(
    app,
    platform,
    {
      method: 'POST',
      url: `${url}/:${kind}/adjustments`,
      id: `adjust${name.one}`,
      tag: name.many,
      summary: kind === 'bill' ? 'Adjust what remains of a bill' : `Adjust the balance of the ${kind}`,
      description: 'Added to whatever the balance is, so it cannot undo a payment that has just arrived.',
      params: objectParams(kind),
      body: createAdjustment,
      answers: { 201: adjustment },
      refusals: [404, 409, 422],
    },
    async (connection, { params, body, context }) => {
      const shown = await adjustObject(connection, { platform, context }, kind, params[kind], body)
      return { status: 201, body: JSON.stringify(shown) }
    },
    { committed: platform.wakeDispatcher },
  )
}

/**
 * Enters an adjustment on the balance as it is under its lock, and gives it as the API shows it. Throws `no_balance`,
 * `currency_mismatch`, `archived`, `amount_out_of_range`, and for bills `bill_voided` and what `moveBill` throws.
 */
async function adjustObject<Kind extends ReceivableKind>(
  connection: Connection,
  view: View,
  kind: Kind,
  idOrReference: string,
  input: CreateAdjustment,
) {
  const { environment, request_id, now } = view.context
  const held = await lockObject(connection, environment.id, kind, idOrReference)
  const { receivable } = held
  if (!receivable) throw new Problem('no_balance', `The ${kind} has no balance to adjust.`)
  if (input.currency !== undefined && input.currency !== receivable.currency) {
    throw fieldProblem('currency_mismatch', '/currency', `The balance is in ${receivable.currency}.`)
  }
  const effectiveAt = input.effective_at === undefined ? now : new Date(input.effective_at)
  const cause = { kind: input.kind, request_id, reason: input.reason, effective_at: effectiveAt }
  const id = await enter(connection, view, { row: held.row, receivable }, BigInt(input.amount), cause)
  return {
    id: showId('adjustment', id),
    kind: input.kind,
    amount: input.amount,
    currency: receivable.currency,
    reason: input.reason,
    balance_after: Number(receivable.balance),
    ...paidMember(receivable),
    mode: environment.mode,
    effective_at: effectiveAt.toISOString(),
    created_at: now.toISOString(),
  }
}

async function enter(
  connection: Connection,
  view: View,
  { row, receivable }: { row: Rows[ReceivableKind]; receivable: Receivable },
  amount: bigint,
  cause: AdjustmentCause,
): Promise<Id> {
  const { context } = view
  if ('amount_due' in row) {
    refuseVoided(row)
    const id = await moveBill(connection, context, { row, receivable }, amount, cause, '/amount')
    await tellBillUpdated(connection, view, withReceivable(row, receivable))
    return present(id, 'an amount that is not zero is entered')
  }
  const journal = new Journal(context.now)
  const id = adjust(journal, receivable, amount, cause, context.now)
  await journal.write(connection)
  return present(id, 'an amount that is not zero is entered')
}
