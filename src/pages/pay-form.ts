import { formatId, type Id, newId, parseId } from '../core/id/id.ts'
import { sameSecret, type Vault } from '../core/secret.ts'
import { type Choice, formatChoice, parseChoice } from './debts/choice.ts'

// A page that was left open for longer shows a balance that is too old to be paid without looking.
const usableMs = 24 * 3_600_000

/** What a form is to pay, and what its payer saw: the amount of each debt as it was when the page was made. */
export type Offer = { choice: Choice; seen: string }

/** The hidden fields of a new pay form. The payment's id is made with the page, so that one form is one payment. */
export function newPayForm(
  vault: Vault,
  linkToken: string,
  bucket: number,
  now: Date,
  { choice, seen }: Offer,
): [string, string][] {
  const signed = {
    payment: formatId('payment', newId(bucket, now.getTime())),
    issued: String(now.getTime()),
    choice: formatChoice(choice),
    seen,
  }
  return [...Object.entries(signed), ['guard', guard(vault, linkToken, signed)]]
}

/** Reads the hidden fields back: the payment's id with what it is for, or why the form is not to be used. */
export function readPayForm(
  vault: Vault,
  linkToken: string,
  form: URLSearchParams,
  now: Date,
): ({ id: Id } & Offer) | 'forged' | 'stale' {
  const field = (name: string) => form.get(name) ?? ''
  const signed = { payment: field('payment'), issued: field('issued'), choice: field('choice'), seen: field('seen') }
  const id = parseId('payment', signed.payment)
  const choice = parseChoice(signed.choice)
  const ours = sameSecret(field('guard'), guard(vault, linkToken, signed))
  if (!ours || id === undefined || choice === undefined) return 'forged'
  return now.getTime() - Number(signed.issued) > usableMs ? 'stale' : { id, choice, seen: signed.seen }
}

type Signed = { payment: string; issued: string; choice: string; seen: string }

/** Only we can make it: it proves that this form was rendered here, for this link, this payment and what it pays. */
function guard(vault: Vault, linkToken: string, { payment, issued, choice, seen }: Signed): string {
  return vault.token('pay form', linkToken, payment, issued, choice, seen)
}
