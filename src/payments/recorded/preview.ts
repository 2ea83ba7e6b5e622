import type { z } from 'zod'
import type { AppContext, RequestContext } from '../../context.ts'
import { isWithdrawn } from '../../core/currency.ts'
import { toNumber } from '../../core/money.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import { selectionOf } from '../../ledger/payments/command.ts'
import { decide, explainAllocation } from '../../ledger/payments/decide.ts'
import type { Receivable } from '../../ledger/receivable.ts'
import { readReceivables } from '../../ledger/store.ts'
import type { PaymentDestination } from './destination.ts'
import type { PreviewPayment, paymentPreview } from './schema.ts'
import { refuseWithdrawn, resolveTarget } from './target.ts'

/**
 * How a payment would be allocated, and by which rule, as things are now. It decides with the same function as the
 * write path and changes nothing.
 */
export async function previewPayment(
  app: Pick<AppContext, 'pool'>,
  context: RequestContext,
  input: PreviewPayment,
): Promise<z.input<typeof paymentPreview>> {
  return previewAt(app, context, input, await resolveTarget(app.pool, context.environment.id, input))
}

/** The same where it is known already where the money goes. */
export async function previewAt(
  { pool }: Pick<AppContext, 'pool'>,
  { environment }: RequestContext,
  input: Pick<PreviewPayment, 'amount' | 'currency'>,
  { target, customer_id, pointer }: Pick<PaymentDestination, 'target' | 'customer_id' | 'pointer'>,
): Promise<z.input<typeof paymentPreview>> {
  if (isWithdrawn(input.currency)) await refuseWithdrawn(pool, environment.id, input.currency, target)
  const payment = { customer_id, amount: BigInt(input.amount), currency: input.currency }
  const command = { environment, payment, target }
  const receivables = await readReceivables(pool, selectionOf([command], [environment.id]))
  const decision = decide(command, receivables)
  if (decision instanceof Problem) throw decision
  if (decision === 'target_unknown')
    throw fieldProblem('not_found', pointer, 'There is nothing payable with this id or reference.')
  const { allocation } = decision
  const explanation = explainAllocation(target, allocation, receivables)
  return {
    amount: input.amount,
    currency: input.currency,
    ...explanation,
    applied: explanation.applied.map((line, index) => {
      const part = allocation.lines[index]
      const receivable = receivables.get(part?.receivable_id) as Receivable
      return { ...line, balance_after: toNumber(receivable.balance) - line.amount }
    }),
  }
}
