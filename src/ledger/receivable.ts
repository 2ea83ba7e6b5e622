import type { z } from 'zod'
import { laterOf } from '../core/clock.ts'
import { bucketOf, formatId, type Id } from '../core/id/id.ts'
import { integerArray, uuidArray } from '../database/arrays.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql, type Statement } from '../database/sql.ts'
import type { appliedTo } from '../shapes/applied-to.ts'

export type ReceivableKind = 'customer' | 'account' | 'bill'
export type BillStatus = 'unpaid' | 'paid' | 'voided'

/** What can be owed and paid, as this transaction found it: locked, or read and then held by the update. What is not
 * readonly is changed by the journal, and by a batch that reads ahead what an earlier batch will write. */
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
  readonly overpayment_allowed: boolean
  /** The newest of the instants from which something that was added to it counts. */
  owed_since: Date
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
  return kind === 'bill' && amount < 0n ? laterOf(at, owed_since) : at
}

/** What to lock: receivables by id, all those of some customers, all those of some accounts. */
export type ReceivableSelection = { ids?: Id[]; customers?: Id[]; accounts?: Id[]; environments: number[] }

const lockSql = loadSql(import.meta.url, './sql/lock-receivables.sql')
const followRulesSql = loadSql(import.meta.url, './sql/follow-rules.sql')
const readSql = loadSql(import.meta.url, './sql/read-receivables.sql')

/** The receivables of one transaction or one look, found by id, by customer or by account. */
export class ReceivableIndex {
  readonly #byId: Map<Id, Receivable>
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
    return id === undefined ? undefined : this.#byId.get(id)
  }

  ofCustomer(id: Id): Receivable[] {
    return this.#byCustomer.get(id) ?? []
  }

  ofAccount(id: Id): Receivable[] {
    return this.#byAccount.get(id) ?? []
  }
}

/** Locks receivables in the order of their ids, until the transaction ends. Those of other environments are left out. */
export function lockReceivables(connection: Queryable, selection: ReceivableSelection): Promise<ReceivableIndex> {
  return select(connection, lockSql, selection)
}

/** The same receivables as they are now, without a lock: for a preview or a page, or to be held to when they are written. */
export function readReceivables(connection: Queryable, selection: ReceivableSelection): Promise<ReceivableIndex> {
  return select(connection, readSql, selection)
}

async function select(
  connection: Queryable,
  statement: Statement,
  selection: ReceivableSelection,
): Promise<ReceivableIndex> {
  const { ids = [], customers = [], accounts = [] } = selection
  const buckets = new Set([...ids, ...customers, ...accounts].map(bucketOf))
  const { rows } = await connection.query<Receivable>({
    ...statement,
    values: [
      uuidArray(ids),
      uuidArray(customers),
      uuidArray(accounts),
      integerArray([...buckets]),
      integerArray([...new Set(selection.environments)]),
    ],
  })
  return new ReceivableIndex(rows)
}

/** Copies the effective overpayment rule onto the balances of a customer and its accounts, after one of their rules has changed. */
export async function followRules(
  connection: Queryable,
  { environment_id, bucket, customer_id }: Pick<Receivable, 'environment_id' | 'bucket' | 'customer_id'>,
): Promise<void> {
  await connection.query({ ...followRulesSql, values: [environment_id, bucket, customer_id] })
}

/** The id of a receivable as the API shows it: that of the customer, account or bill that it belongs to. */
export function formatReceivableId(receivable: Pick<Receivable, 'id' | 'kind'>): string {
  return formatId(receivable.kind, receivable.id)
}

/** Whose balance it is, as the API tells it: exactly one of the three. */
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
