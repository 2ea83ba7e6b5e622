import { formatId, type Id, newId, parseId } from '../../core/id/id.ts'
import { sameSecret, type Vault } from '../../core/secret.ts'

/** The hidden fields of the form that pays a request or session. The payment's id is made with the page: one form is one payment. */
export function newCheckoutForm(vault: Vault, code: string, bucket: number, now: Date): [string, string][] {
  const payment = formatId('payment', newId(bucket, now.getTime()))
  return [
    ['payment', payment],
    ['guard', guard(vault, code, payment)],
  ]
}

/** Reads the payment's id back; `undefined` when the form was not made here for this page. */
export function readCheckoutForm(vault: Vault, code: string, form: URLSearchParams): Id | undefined {
  const payment = form.get('payment') ?? ''
  const ours = sameSecret(form.get('guard') ?? '', guard(vault, code, payment))
  return ours ? parseId('payment', payment) : undefined
}

function guard(vault: Vault, code: string, payment: string): string {
  return vault.token('checkout form', code, payment)
}
