import { keptCurrencyCodes } from '../../core/currency.ts'
import { maxBalance } from '../../core/money.ts'
import type { ToldLine, ToldPage, ToldSettlement } from '../../ledger/settlements/told.ts'
import { ProcessorFault } from '../processor/fault.ts'

const pageMax = 100
const referenceForm = /^[\x21-\x7e]{1,255}$/

/** Refuses what no processor should tell of a settlement: an amount or a currency that cannot be booked. */
export function checkSettlement({ reference, amount, currency }: ToldSettlement): void {
  const isSound = referenceForm.test(reference) && isAmount(amount) && keptCurrencyCodes().includes(currency)
  if (!isSound) throw new ProcessorFault('refused', 'a settlement has no reference, or an amount that cannot be booked')
}

/** Refuses a page of lines of which one cannot be booked in the currency of the settlement, or that does not go on from where it began. */
export function checkLines({ items, next }: ToldPage<ToldLine>, after: string | undefined, currency: string): void {
  const isSound = items.every(
    (line) =>
      isReference(line.reference) &&
      line.currency === currency &&
      isAmount(line.gross) &&
      isAmount(line.fee) &&
      isAmount(line.gross - line.fee) &&
      [line.charge_reference, line.refund_reference, line.settlement_reference].every(
        (reference) => reference === undefined || isReference(reference),
      ),
  )
  const goesOn = next === undefined || (next !== after && isReference(next))
  if (!isSound || !goesOn || items.length > pageMax) {
    throw new ProcessorFault('refused', 'a page of lines of a settlement cannot be booked')
  }
}

function isReference(text: string): boolean {
  return referenceForm.test(text)
}

function isAmount(amount: bigint): boolean {
  return amount >= -maxBalance && amount <= maxBalance
}
