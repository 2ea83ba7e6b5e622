import { keptCurrencyCodes } from '../../../core/currency.ts'
import { maxAmount } from '../../../core/money.ts'
import type { ChargeRange, Processor, ProcessorTerms } from '../processor.ts'
import type { BankAccount } from './account.ts'

const anyAmount: ChargeRange = { minimum: 1n, maximum: maxAmount, step: 1n }

/** It takes any amount, in any currency that something may be owed in. There is no charge, so nothing can be done with one. */
export const bankTransferTerms: Pick<ProcessorTerms, 'limits' | 'capabilities'> = {
  limits: new Map(keptCurrencyCodes().map((currency) => [currency, anyAmount])),
  capabilities: { capture: 'none', refund: 'none', close: false, open_is_idempotent: true, settlements: false },
}

/** Bank transfer, as it is offered to payers: there is nothing to call, only an account to show. */
export type BankTransfer = Pick<Processor, 'limits'> & { readonly name: 'bank_transfer'; readonly account: BankAccount }

/** A way to pay: at a processor, or by a transfer to an account. */
export type Way = Processor | BankTransfer

/** Whether a way to pay is a bank transfer. */
export function isBankTransfer(way: Way): way is BankTransfer {
  return 'account' in way
}
