import { type IdKind, idPrefixes, kindOfId } from './id/id.ts'
import { type InputPlace, Problem } from './problem.ts'

/** Each kind as a sentence names it, and the path that retrieves one by its id, where there is one. */
const kinds: Readonly<Record<IdKind, { named: string; path?: string }>> = {
  customer: { named: 'a customer', path: '/billing/customers/{customer}' },
  account: { named: 'an account', path: '/billing/accounts/{account}' },
  bill: { named: 'a bill', path: '/billing/bills/{bill}' },
  payment: { named: 'a payment', path: '/billing/payments/{payment}' },
  payment_request: { named: 'a payment request', path: '/collect/payment_requests/{payment_request}' },
  payment_session: { named: 'a payment session', path: '/collect/payment_sessions/{payment_session}' },
  transfer_notice: { named: 'a transfer notice', path: '/collect/transfer_notices/{transfer_notice}' },
  checkout_session: { named: 'the page of a request or session' },
  obligation: { named: 'an obligation', path: '/billing/obligations/{obligation}' },
  adjustment: { named: 'an adjustment' },
  reversal: { named: 'a reversal' },
  refund: { named: 'a refund', path: '/billing/refunds/{refund}' },
  settlement: { named: 'a settlement', path: '/collect/settlements/{settlement}' },
  settlement_line: { named: 'a line of a settlement' },
  dispute: { named: 'a dispute', path: '/collect/disputes/{dispute}' },
  capture: { named: 'capture' },
  transaction: { named: 'a transaction' },
  entry: { named: 'an entry' },
  event: { named: 'an event', path: '/events/{event}' },
  endpoint: { named: 'a webhook endpoint', path: '/webhooks/endpoints/{endpoint}' },
  delivery: { named: 'a delivery', path: '/webhooks/deliveries/{delivery}' },
  replay: { named: 'a replay' },
  api_key: { named: 'a key' },
  audit: { named: 'an entry of the audit' },
}

/** What can be named in a request: the first three also by their external references. */
export type NameableKind =
  | 'customer'
  | 'account'
  | 'bill'
  | 'payment'
  | 'payment_request'
  | 'payment_session'
  | 'transfer_notice'
  | 'api_key'
  | 'obligation'
  | 'refund'
  | 'settlement'
  | 'dispute'
  | 'endpoint'
  | 'event'
  | 'delivery'
  | 'replay'

/**
 * The `not_found` of an object that a request names, with the place of the name. Where the name is the id of another kind it says
 * so: that is read from the id alone, so nothing is told of whether there is such an object.
 */
export function absentProblem(kind: NameableKind, shown: string, place: InputPlace): Problem {
  const detail = `There is no ${kind.replace('_', ' ')} with this ${takesReference(kind) ? 'id or reference' : 'id'}.${hintOf(kind, shown)}`
  return new Problem('not_found', detail, { errors: [{ ...place, code: 'not_found', detail }] })
}

function hintOf(kind: NameableKind, shown: string): string {
  const is = kindOfId(shown)
  if (is === kind) return ''
  const begins = ` The id of ${kinds[kind].named} begins with ${idPrefixes[kind]}.`
  if (is === undefined) return takesReference(kind) ? '' : begins
  const { named, path } = kinds[is]
  return ` This is the id of ${named}${path === undefined ? '' : `, which GET ${path} retrieves`}.${begins}`
}

function takesReference(kind: NameableKind): boolean {
  return kind === 'customer' || kind === 'account' || kind === 'bill'
}
