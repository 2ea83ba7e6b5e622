import { decode, encode } from './id/base62.ts'
import type { Id } from './id/id.ts'
import { sameSecret, type Vault } from './secret.ts'

const idLength = 22

/**
 * The token in the address of a receipt: the payment's id and 132 bits derived from it under the encryption key. It opens the receipt
 * and nothing else, and stays valid whatever becomes of the debts, so nothing is stored of it.
 */
export function receiptToken(vault: Vault, paymentId: Id): string {
  return encode(paymentId) + vault.token('receipt', paymentId)
}

/** The path of a receipt, below the public address. It must not be in an event or a log: whoever has it can read the receipt. */
export function receiptPath(vault: Vault, paymentId: Id): string {
  return `/receipts/${receiptToken(vault, paymentId)}`
}

/** The payment whose receipt a token opens; `undefined` for every other text. */
export function readReceiptToken(vault: Vault, token: string): Id | undefined {
  const id = decode(token.slice(0, idLength))
  return id !== undefined && sameSecret(token, receiptToken(vault, id)) ? id : undefined
}

/** The number of a receipt: the payment's id in groups, so that it can be read out, and found again without a register of its own. */
export function receiptNumber(paymentId: Id): string {
  return (encode(paymentId).match(/.{1,4}/g) ?? []).join(' ')
}
