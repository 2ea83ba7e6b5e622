import { findObject } from '../../billing/object/rows.ts'
import { rulesOf } from '../../billing/object/rules.ts'
import type { RequestEnvironment } from '../../context.ts'
import { formatId } from '../../core/id/id.ts'
import { sumToNumber, toNumber } from '../../core/money.ts'
import { formatRules, limitToDebt } from '../../core/payment-rules.ts'
import type { Queryable } from '../../database/pool.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import { readReceivables } from '../../ledger/store.ts'
import type { ProcessorApp } from '../processor/kinds.ts'
import { processorsFor } from '../processor/registry.ts'
import { findSessionPayment } from '../session/store.ts'
import { pendingAmounts } from './store.ts'

/** One thing that a reference names, with what is due on it. */
export type LookupItem = {
  kind: ReceivableKind | 'paycode'
  id: string
  name?: string
  description?: string
  amount_due: number
  pending_amount: number
  currency: string
  payment_rules: ReturnType<typeof formatRules>
}

type App = ProcessorApp

/**
 * What a reference names, and what is due there, by currency. One reference may belong to a customer, an account and a
 * bill at once. The item of a customer sums everything that it owes, and that of an account its balance and bills,
 * since a payment to it is spread over those. Archived objects and voided bills are left out: nobody is asked to pay
 * them.
 */
export async function lookUp(app: App, environment: RequestEnvironment, reference: string): Promise<LookupItem[]> {
  const found = await Promise.all([
    ...(['customer', 'account', 'bill'] as const).map((kind) => lookUpKind(app.pool, environment, kind, reference)),
    lookUpPaycode(app, environment, reference),
  ])
  return found.flat()
}

/** The payment that waits for money under a code: all of it, and nothing else. */
async function lookUpPaycode(app: App, environment: RequestEnvironment, paycode: string): Promise<LookupItem[]> {
  const processors = await processorsFor(app, environment)
  const found = await Promise.all(processors.map((processor) => processor.findPaycode?.(paycode)))
  const id = found.find((one) => one !== undefined)
  const payment = id === undefined ? undefined : await findSessionPayment(app.pool, environment.id, id)
  if (!payment) return []
  const { amount, currency, customer_id } = payment
  const customer =
    customer_id === null
      ? undefined
      : await findObject(app.pool, environment.id, 'customer', formatId('customer', customer_id))
  return [
    {
      kind: 'paycode',
      id: formatId('payment', payment.id),
      ...(typeof customer?.name === 'string' && { name: customer.name }),
      amount_due: toNumber(amount),
      pending_amount: 0,
      currency,
      payment_rules: {
        min_amount: toNumber(amount),
        max_amount: toNumber(amount),
        underpayment_allowed: false,
        overpayment_allowed: false,
      },
    },
  ]
}

async function lookUpKind(
  pool: Queryable,
  environment: RequestEnvironment,
  kind: ReceivableKind,
  reference: string,
): Promise<LookupItem[]> {
  const row = await findObject(pool, environment.id, kind, reference)
  if (!row || row.archived_at !== null) return []
  const customerId = row.customer_id
  const [customer, receivables] = await Promise.all([
    findObject(pool, environment.id, 'customer', formatId('customer', customerId)),
    readReceivables(pool, {
      ...(kind === 'customer'
        ? { customers: [row.id] }
        : kind === 'account'
          ? { accounts: [row.id] }
          : { ids: [row.id] }),
      environments: [environment.id],
    }),
  ])
  const owed = receivables.ofCustomer(customerId).filter(({ status }) => status !== 'voided')
  const pending = await pendingAmounts(
    pool,
    environment.id,
    customerId,
    owed.map(({ id }) => id),
  )
  const name = customer?.name ?? undefined
  const description = row.kind === 'bill' ? row.description : null
  const rules = rulesOf(environment, row)
  return [...Map.groupBy(owed, ({ currency }) => currency)].map(([currency, group]) => {
    const due = group.reduce((sum, { balance }) => sum + (balance > 0n ? balance : 0n), 0n)
    return {
      kind,
      id: formatId(kind, row.id),
      ...(name !== undefined && { name }),
      ...(description !== null && { description }),
      amount_due: sumToNumber(due),
      pending_amount: sumToNumber(group.reduce((sum, { id }) => sum + (pending.get(id) ?? 0n), 0n)),
      currency,
      payment_rules: formatRules(limitToDebt(rules, due)),
    }
  })
}
