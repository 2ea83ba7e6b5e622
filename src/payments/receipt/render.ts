import { z } from 'zod'
import { formatInstant } from '../../core/clock.ts'
import { formatId } from '../../core/id/id.ts'
import { receiptNumber } from '../../core/receipt-address.ts'
import { ownerField } from '../../ledger/receivable.ts'
import { part } from '../../shapes/explanation.ts'
import { ownerFields } from '../../shapes/object.ts'
import { methodDetails } from '../../shapes/payment-method.ts'
import { amount, balance, shownCurrency, shownId, shownInstant } from '../../shapes/primitives.ts'
import type { StoredReceipt } from './store.ts'

const linesMax = 10_000

/** A receipt as an export shows it: what it says, as it was written. */
export const exportedReceipt = z
  .object({
    payment_id: shownId('payment'),
    number: z.string().max(40),
    merchant_name: z.string().max(255),
    received_at: shownInstant,
    currency: shownCurrency,
    amount,
    unapplied_amount: part,
    direct_amount: part,
    customer_name: z.string().max(255).optional(),
    payment_method_details: methodDetails.optional(),
    description: z.string().max(500).optional(),
    external_reference: z.string().max(255).optional(),
    lines: z
      .array(
        z.object({
          ...ownerFields,
          amount: part,
          balance_after: balance.optional(),
          external_reference: z.string().max(255).optional(),
          account_name: z.string().max(255).optional(),
          description: z.string().max(500).optional(),
        }),
      )
      .max(linesMax),
  })
  .meta({ id: 'ExportedReceipt' })

/** Renders a receipt for an export. */
export function renderReceipt({
  payment_id,
  facts,
  personal,
}: Pick<StoredReceipt, 'payment_id' | 'facts' | 'personal'>): z.input<typeof exportedReceipt> {
  const { customer_name, method, asked_description, asked_reference } = personal ?? {}
  return {
    payment_id: formatId('payment', payment_id),
    number: receiptNumber(payment_id),
    merchant_name: facts.merchant.name,
    received_at: formatInstant(new Date(facts.received_at)),
    currency: facts.currency,
    amount: facts.amount,
    unapplied_amount: facts.unapplied_amount,
    direct_amount: facts.direct_amount,
    ...known({
      customer_name,
      payment_method_details: method,
      description: asked_description,
      external_reference: asked_reference,
    }),
    lines: facts.lines.map((line, at) => ({
      ...ownerField({ id: line.receivable_id, kind: line.kind }),
      amount: line.amount,
      ...known({ balance_after: line.balance_after, ...personal?.lines[at] }),
    })),
  }
}

type Known<Fields> = { [Name in keyof Fields]?: NonNullable<Fields[Name]> }

function known<Fields extends object>(fields: Fields): Known<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as Known<Fields>
}
