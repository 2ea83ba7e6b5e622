import { required } from '../../core/assert.ts'
import { bucketOf, formatId, type Id, newId, parseId } from '../../core/id/id.ts'
import { sameSecret, sha256, type Vault } from '../../core/secret.ts'
import { type Credit, type SetOffPart, spreadCredit } from '../../ledger/set-off.ts'
import type { Debt } from '../debts/debt.ts'
import type { PageSubject } from '../subject.ts'

/** What a payer may use of her credit in one currency, and what for. */
export type CreditOffer = { currency: string; amount: bigint; parts: SetOffPart[] }

// A page that was left open for longer is to be looked at again.
const usableMs = 24 * 3_600_000

/**
 * Whether a page offers to use credit: where the merchant has it set off, and only on the page of the customer. Links of accounts and bills are
 * passed on, and who looked a customer up without a link knows two facts of it and no more.
 */
export function offersCredit({ kind, guest_until, environment }: PageSubject): boolean {
  return kind === 'customer' && guest_until === undefined && environment.credit === 'on_new_bill'
}

/** What can be used, by currency. What is on its way to a debt will pay it, so credit is for the rest. */
export function offersOf(credits: readonly Credit[], debts: readonly Debt[]): CreditOffer[] {
  const currencyOf = new Map(debts.map(({ id, currency }) => [id, currency]))
  const parts = Map.groupBy(spreadCredit(credits, debts), ({ to }) =>
    required(currencyOf.get(to), 'credit goes to what is listed'),
  )
  return [...parts].map(([currency, ones]) => ({
    currency,
    amount: ones.reduce((sum, { amount }) => sum + amount, 0n),
    parts: ones,
  }))
}

/** What a form for an offer holds. Its id is that of the set-off, so that a form is one. */
export type SentOffer = { id: Id; currency: string; amount: bigint; plan: string }

/** The hidden fields of a new form that uses credit. */
export function newCreditForm(
  vault: Vault,
  linkToken: string,
  customer_id: Id,
  now: Date,
  offer: CreditOffer,
): [string, string][] {
  const signed = {
    credit: formatId('adjustment', newId(bucketOf(customer_id), now.getTime())),
    issued: String(now.getTime()),
    currency: offer.currency,
    sum: String(offer.amount),
    plan: planOf(offer),
  }
  return [...Object.entries(signed), ['guard', guard(vault, linkToken, signed)]]
}

/** Reads the hidden fields back, or why the form is not to be used. */
export function readCreditForm(
  vault: Vault,
  linkToken: string,
  form: URLSearchParams,
  now: Date,
): SentOffer | 'forged' | 'stale' {
  const field = (name: string) => form.get(name) ?? ''
  const [credit, issued, currency, sum, plan] = ['credit', 'issued', 'currency', 'sum', 'plan'].map(field) as Five
  const ours = sameSecret(field('guard'), guard(vault, linkToken, { credit, issued, currency, sum, plan }))
  const id = parseId('adjustment', credit)
  if (!ours || id === undefined) return 'forged'
  return now.getTime() - Number(issued) > usableMs ? 'stale' : { id, currency, amount: BigInt(sum), plan }
}

type Five = [string, string, string, string, string]
type Signed = { credit: string; issued: string; currency: string; sum: string; plan: string }

/** Only we can make it: it proves that this form was rendered here, for this link and this set-off. */
function guard(vault: Vault, linkToken: string, { credit, issued, currency, sum, plan }: Signed): string {
  return vault.token('credit form', linkToken, credit, issued, currency, sum, plan)
}

/** Which credit goes to which debt, as short as it can be compared. */
export function planOf({ parts }: CreditOffer): string {
  return sha256(parts.map(({ from, to, amount }) => `${from} ${to} ${amount}`).join('\n')).toString('base64url')
}
