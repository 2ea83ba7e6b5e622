import { pageToken } from '../core/page-link.ts'
import { sameSecret, type Vault } from '../core/secret.ts'
import type { PageSubject } from './subject.ts'

// The address of a bill is passed on, and must not lead others to all that its customer owes: it does so for an hour at most.
const usableMs = 3_600_000

/** What an address says of the page that it was reached from: a customer's or an account's, and when that was shown. */
export function wayUpFrom(vault: Vault, subject: Pick<PageSubject, 'kind'>, token: string, now: Date): string {
  const from = `${subject.kind}.${now.getTime()}`
  return `${from}.${vault.token('way up', token, from)}`
}

/** The path of the page above, where the payer came from there within the hour. */
export function wayUp(
  vault: Vault,
  subject: PageSubject,
  token: string,
  up: string,
  now: Date,
): { path: string; kind: 'customer' | 'account' } | undefined {
  const [kind = '', shown = '', proof = ''] = up.split('.', 4)
  const fresh = now.getTime() - Number(shown) <= usableMs
  if (!fresh || !sameSecret(proof, vault.token('way up', token, `${kind}.${shown}`))) return undefined
  const { customer_id, customer_link_version, account_id, account_link_version, guest_until } = subject
  if (kind === 'customer' && subject.kind !== 'customer') {
    return { kind, path: `/p/${pageToken(vault, kind, customer_id, customer_link_version, guest_until)}` }
  }
  if (kind !== 'account' || subject.kind !== 'bill' || account_id === null) return undefined
  return { kind, path: `/p/${pageToken(vault, kind, account_id, account_link_version ?? 0, guest_until)}` }
}
