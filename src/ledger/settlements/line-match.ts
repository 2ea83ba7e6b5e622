import type { Id } from '../../core/id/id.ts'
import type { LineKind } from './told.ts'

/** What of ours a line is about. `matched`: our books have what it moved, so that only its fee is new. */
export type Match = {
  matched: boolean
  payment_id: Id | null
  refund_id: Id | null
  /** The payment is in another currency, so that its fee cannot be booked against it. */
  other_currency: boolean
}

/** What a line says that it is about. */
export type Hint = {
  kind: LineKind
  told_payment_id?: Id | null | undefined
  charge_reference?: string | null | undefined
  refund_reference?: string | null | undefined
  settlement_reference?: string | null | undefined
}

/** A payment that a line says it is about, with the refund that it names, and whether anything of the payment was taken back. */
export type PaymentOfLine = { payment_id: Id; currency: string; refund_id: Id | null; is_reversed: boolean }

/** The references of lines; one that a line does not have is not among them. */
type Reference = string | null | undefined

/** The payment that a line says it is about: that whose id came back with it, or else that of its charge. */
export function toldPaymentOf(line: Hint, charges: ReadonlyMap<Reference, Id>): Id | null {
  return line.told_payment_id ?? charges.get(line.charge_reference) ?? null
}

/** Decides whether a line in a currency is ours, by what was found of what it says that it is about. */
export function matchOf(
  line: Hint,
  currency: string,
  found: PaymentOfLine | undefined,
  settlements: ReadonlySet<Reference>,
): Match {
  const ours = found?.currency === currency ? found : undefined
  return {
    matched: isBooked(line, ours, settlements),
    payment_id: ours?.payment_id ?? null,
    refund_id: ours?.refund_id ?? null,
    other_currency: found !== ours,
  }
}

function isBooked(
  { kind, settlement_reference }: Hint,
  ours: PaymentOfLine | undefined,
  settlements: ReadonlySet<Reference>,
): boolean {
  switch (kind) {
    case 'fee':
      return true
    case 'charge':
      return ours !== undefined
    case 'refund':
      return ours !== undefined && ours.refund_id !== null
    case 'dispute':
      return ours?.is_reversed === true
    case 'failed_settlement':
      return settlements.has(settlement_reference)
    case 'adjustment':
      return false
  }
}
