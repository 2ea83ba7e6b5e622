import { formatId, type Id, newId, parseId } from '../core/id/id.ts'
import { formatMoney, parseMoney } from '../core/money.ts'
import type { PayableRange } from '../core/payment-rules.ts'
import { sameSecret, type Vault } from '../core/secret.ts'
import { payerLocale } from '../html/money.ts'

// A page that was left open for longer shows a balance that is too old to be paid without looking.
const usableMs = 24 * 3_600_000

/** The hidden fields of a new pay form. The payment's id is made with the page, so that one form is one payment. */
export function newPayForm(vault: Vault, linkToken: string, bucket: number, now: Date): [string, string][] {
  const payment = formatId('payment', newId(bucket, now.getTime()))
  const issued = String(now.getTime())
  return [
    ['payment', payment],
    ['issued', issued],
    ['guard', guard(vault, linkToken, payment, issued)],
  ]
}

/** Reads the hidden fields back: the payment's id, or why the form is not to be used. */
export function readPayForm(
  vault: Vault,
  linkToken: string,
  form: URLSearchParams,
  now: Date,
): { id: Id } | 'forged' | 'stale' {
  const payment = form.get('payment') ?? ''
  const issued = form.get('issued') ?? ''
  const id = parseId('payment', payment)
  const ours = sameSecret(form.get('guard') ?? '', guard(vault, linkToken, payment, issued))
  if (!ours || id === undefined) return 'forged'
  return now.getTime() - Number(issued) > usableMs ? 'stale' : { id }
}

/** Only we can make it: it proves that this form was rendered here, for this link and this payment. */
function guard(vault: Vault, linkToken: string, payment: string, issued: string): string {
  return vault.token('pay form', linkToken, payment, issued)
}

/** Reads the amount that a payer typed against what may be paid now; otherwise says what to enter instead. */
export function readAmount(
  typed: string,
  currency: string,
  range: PayableRange,
): { amount: bigint } | { fault: string } {
  const show = (amount: bigint) => formatMoney(amount, currency, payerLocale)
  const amount = parseMoney(typed, currency)
  if (amount === undefined) return { fault: `Enter an amount such as ${show(range.to < 2000n ? range.to : 2000n)}.` }
  if (range.from === range.to && amount !== range.to) {
    return { fault: `The amount to pay is ${show(range.to)} now. Please look at it, then pay.` }
  }
  if (amount > range.to) return { fault: `Enter at most ${show(range.to)}.` }
  if (amount < range.from) return { fault: `Enter at least ${show(range.from)}.` }
  return { amount }
}
