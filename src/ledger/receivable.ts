import type { z } from 'zod'
import { required } from '../core/assert.ts'
import { laterOf } from '../core/clock.ts'
import { formatId, type Id } from '../core/id/id.ts'
import type { appliedTo } from '../shapes/applied-to.ts'

export type ReceivableKind = 'customer' | 'account' | 'bill'
export type BillStatus = 'unpaid' | 'paid' | 'voided'

/**
 * What can be owed and paid, as this transaction found it: locked, or read without a lock and checked by the update.
 * Its balance, version and status change in two places: the journal posts to it, and a batch that reads ahead replaces
 * them by what an earlier batch will write.
 */
export type Receivable = {
  readonly id: Id
  readonly bucket: number
  readonly environment_id: number
  readonly kind: ReceivableKind
  readonly customer_id: Id
  readonly account_id: Id | null
  readonly currency: string
  /** Signed minor units: positive is owed, negative is credit. */
  balance: bigint
  /** One step for every entry. */
  version: bigint
  status: BillStatus | null
  readonly external_reference: string
  readonly due_date: string | null
  readonly bill_date: string | null
  readonly amount_due: bigint | null
  /** The rest of a bill, so that it can be told of when it is paid without another look-up; null for other kinds. */
  readonly amount_adjusted: bigint | null
  readonly amount_written_off: bigint | null
  readonly bill_version: bigint | null
  readonly bill_metadata: string | null
  readonly bill_created_at: Date | null
  /** Its description, lines and document_url, as JSON; null where it has none of them. */
  readonly bill_particulars: string | null
  readonly overpayment_allowed: boolean
  /** Of a bill: the newest of the instants from which something that was added to it counts. Not read for other kinds. */
  owed_since: Date | null
  /** When it was last moved; null where that was before this was kept, or never. */
  moved_at: Date | null
}

/**
 * When a signed amount counts from that a caller dates `at`: for what lessens a bill, no earlier than all that the bill owes counts
 * from, so that a bill is below zero at no date. Other balances may be: money that came before its debt was credit then.
 */
export function countsFrom(
  { kind, owed_since }: Pick<Receivable, 'kind' | 'owed_since'>,
  amount: bigint,
  at: Date,
): Date {
  return kind === 'bill' && amount < 0n ? laterOf(at, required(owed_since, 'of a bill it is known')) : at
}

/** The receivables of one transaction or one read, found by id, by customer or by account. */
export class ReceivableIndex {
  readonly #byId: Map<Id | undefined, Receivable>
  readonly #byCustomer: Map<Id, Receivable[]>
  readonly #byAccount: Map<Id | null, Receivable[]>

  constructor(receivables: Receivable[]) {
    this.#byId = new Map(receivables.map((receivable) => [receivable.id, receivable]))
    this.#byCustomer = Map.groupBy(receivables, ({ customer_id }) => customer_id)
    this.#byAccount = Map.groupBy(receivables, ({ account_id }) => account_id)
  }

  all(): Iterable<Receivable> {
    return this.#byId.values()
  }

  get(id: Id | undefined): Receivable | undefined {
    return this.#byId.get(id)
  }

  ofCustomer(id: Id): Receivable[] {
    return this.#byCustomer.get(id) ?? []
  }

  ofAccount(id: Id): Receivable[] {
    return this.#byAccount.get(id) ?? []
  }
}

/** The id of a receivable as the API shows it: that of the customer, account or bill that it belongs to. */
export function formatReceivableId(receivable: Pick<Receivable, 'id' | 'kind'>): string {
  return formatId(receivable.kind, receivable.id)
}

/** Whose balance it is, as the API shows it: exactly one of the three. */
export type OwnerField = { customer_id?: string; account_id?: string; bill_id?: string }

/** Whose balance a receivable is. */
export function ownerField(receivable: Pick<Receivable, 'id' | 'kind'>): OwnerField {
  return { [`${receivable.kind}_id`]: formatReceivableId(receivable) }
}

/** The additional `applied_to` of an event: what was paid, with its parents. */
export function appliedToOf(receivable: Receivable): z.input<typeof appliedTo> {
  return {
    type: receivable.kind,
    id: formatReceivableId(receivable),
    external_reference: receivable.external_reference,
    customer: formatId('customer', receivable.customer_id),
    ...(receivable.account_id !== null && { account: formatId('account', receivable.account_id) }),
  }
}

/** The ids of the object that has a balance and of the objects that it belongs to. */
export function objectsOf({
  id,
  account_id,
  customer_id,
}: Pick<Receivable, 'id' | 'account_id' | 'customer_id'>): Id[] {
  return [...new Set([customer_id, account_id ?? customer_id, id])]
}
