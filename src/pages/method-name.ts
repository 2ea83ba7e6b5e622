import type { MethodDetails } from '../payments/processor/processor.ts'

const schemeNames: Readonly<Record<string, string>> = { VISA: 'Visa', MASTERCARD: 'Mastercard' }

/** How a payer calls what a payment was made with. */
export function methodName(details: MethodDetails): string {
  switch (details.type) {
    case 'card':
      return `${schemeNames[details.card.scheme] ?? details.card.scheme} •••• ${details.card.last4}`
    case 'instant_eft':
      return `Instant EFT, ${details.instant_eft.bank}`
    case 'paycode':
      return `Paycode •••• ${details.paycode.code.slice(-4)}`
  }
}
