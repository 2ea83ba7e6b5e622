import type { Voice } from '../html/language/voice.ts'
import type { MethodDetails } from '../payments/processor/processor.ts'

const schemeNames: Readonly<Record<string, string>> = { VISA: 'Visa', MASTERCARD: 'Mastercard' }

/** How a payer calls what a payment was made with. */
export function methodName(details: MethodDetails, { text }: Voice): string {
  switch (details.type) {
    case 'card':
      return `${schemeNames[details.card.scheme] ?? details.card.scheme} •••• ${details.card.last4}`
    case 'instant_eft':
      return text.history.instantEft(details.instant_eft.bank)
    case 'paycode':
      return text.history.paycode(`•••• ${details.paycode.code.slice(-4)}`)
  }
}
