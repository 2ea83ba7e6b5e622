import { absentProblem } from '../../core/absent.ts'
import { bucketOfValue } from '../../core/bucket.ts'
import { bucketOf, type Id, parseId } from '../../core/id/id.ts'
import type { PaymentRuleOverrides } from '../../core/payment-rules.ts'
import type { InputPlace } from '../../core/problem.ts'
import { integerArray, textArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import type { BillStatus, ReceivableKind } from '../../ledger/receivable.ts'

type ObjectRow = {
  id: Id
  bucket: number
  environment_id: number
  external_reference: string
  payment_rules: PaymentRuleOverrides
  metadata: Record<string, string>
  link_version: number
  version: bigint
  archived_at: Date | null
  created_at: Date
  updated_at: Date
  /** Of the receivable; null when no balance is tracked. */
  balance: bigint | null
  receivable_currency: string | null
  receivable_version: bigint | null
  /** When its balance was last moved, as far as that is known. */
  moved_at: Date | null
}

export type CustomerRow = ObjectRow & {
  kind: 'customer'
  /** Its own id, so that every kind of row has this field. */
  customer_id: Id
  account_id: null
  name: string | null
  email: string | null
  phone: string | null
  locale: string | null
  currency: string | null
  pseudonymised_at: Date | null
}
export type AccountRow = ObjectRow & {
  kind: 'account'
  customer_id: Id
  /** Its own id. */
  account_id: Id
  name: string | null
  currency: string | null
  customer_rules: PaymentRuleOverrides
}
/** One part of the amount of a bill, in signed minor units. */
export type BillLine = { label: string; amount: number }
/** What a bill is for: for its payer to read. */
export type Particulars = { description: string | null; lines: BillLine[] | null; document_url: string | null }
export type BillRow = ObjectRow & {
  kind: 'bill'
  customer_id: Id
  account_id: Id | null
  currency: string
  amount_due: bigint
  /** Signed: what the amount due was changed by, other than by a write-off. */
  amount_adjusted: bigint
  amount_written_off: bigint
  bill_date: string
  due_date: string | null
  /** The voided bill whose reference it took over. */
  reissue_of: Id | null
  status: BillStatus
  balance: bigint
  customer_rules: PaymentRuleOverrides
  account_rules: PaymentRuleOverrides | null
} & Particulars
export type Rows = { customer: CustomerRow; account: AccountRow; bill: BillRow }

const receivableColumns =
  'r.balance, r.currency as receivable_currency, r.version as receivable_version, r.moved_at, r.status'
const receivableJoin = 'left join receivable as r on r.id = e.id and r.bucket = e.bucket'

/** The select of each kind: the row, its receivable, and the rules it inherits. Lists and single reads share it. */
export const objectSelect: Readonly<Record<ReceivableKind, string>> = {
  customer: `select e.*, 'customer' as kind, e.id as customer_id, null::uuid as account_id, ${receivableColumns} from customer as e ${receivableJoin}`,
  account: `select e.*, 'account' as kind, e.id as account_id, ${receivableColumns}, c.payment_rules as customer_rules
    from account as e ${receivableJoin} join customer as c on c.id = e.customer_id and c.bucket = e.bucket`,
  bill: `select e.*, 'bill' as kind, ${receivableColumns}, c.payment_rules as customer_rules, a.payment_rules as account_rules
    from bill as e ${receivableJoin} join customer as c on c.id = e.customer_id and c.bucket = e.bucket
    left join account as a on a.id = e.account_id and a.bucket = e.bucket`,
}

/**
 * `update` locks an object that this transaction changes; `share` only keeps others from changing it meanwhile. `archive`
 * also excludes transactions that reopen a balance of the object (ledger/store.ts).
 */
export type FindOptions = { lock?: 'update' | 'share' | 'archive' }

const lockClauses = { update: 'for no key update of e', share: 'for share of e', archive: 'for update of e' } as const

/** Finds an object by its id. */
export async function findById<Kind extends ReceivableKind>(
  connection: Queryable,
  environmentId: number,
  kind: Kind,
  id: Id,
  { lock }: FindOptions,
): Promise<Rows[Kind] | undefined> {
  const { rows } = await connection.query<Rows[Kind]>({
    name: `find-${kind}${lock ? `-to-${lock}` : ''}`,
    text: `${objectSelect[kind]} where e.environment_id = $1 and e.id = $2 and e.bucket = $3
      ${lock ? lockClauses[lock] : ''}`,
    values: [environmentId, id, bucketOf(id)],
  })
  return rows[0]
}

/** Finds an object by its id or its external reference; an id of that kind wins. */
export async function findObject<Kind extends ReceivableKind>(
  connection: Queryable,
  environmentId: number,
  kind: Kind,
  idOrReference: string,
  options: FindOptions = {},
): Promise<Rows[Kind] | undefined> {
  const id = parseId(kind, idOrReference)
  const row = id === undefined ? undefined : await findById(connection, environmentId, kind, id, options)
  if (row) return row
  const referenced = await findReference(connection, environmentId, kind, idOrReference)
  return referenced === undefined ? undefined : findById(connection, environmentId, kind, referenced, options)
}

/** As `findObject`, but throws `not_found` when there is none, at the parameter of the path unless it was named elsewhere. */
export async function findOrThrow<Kind extends ReceivableKind>(
  connection: Queryable,
  environmentId: number,
  kind: Kind,
  idOrReference: string,
  options: FindOptions = {},
  place: InputPlace = { parameter: kind },
): Promise<Rows[Kind]> {
  const row = await findObject(connection, environmentId, kind, idOrReference, options)
  if (!row) throw absentProblem(kind, idOrReference, place)
  return row
}

/** What is asked of many objects at once: which they are, and whose. */
export type FoundObject = { id: Id; customer_id: Id }

/** Finds objects of one kind by their ids or external references, in two statements however many there are. By what named them. */
export async function findObjects(
  connection: Queryable,
  environmentId: number,
  kind: ReceivableKind,
  named: readonly string[],
): Promise<Map<string, FoundObject>> {
  const references = named.filter((one) => referencePattern.test(one))
  const { rows: directory } = await connection.query<{ reference: string; entity_id: Id }>({
    name: 'find-external-references',
    text: `select reference, entity_id from external_reference
      where environment_id = $1 and kind = $2 and reference = any ($3::text[]) and bucket = any ($4::integer[])`,
    values: [environmentId, kind, textArray(references), integerArray([...new Set(references.map(bucketOfValue))])],
  })
  const referenced = new Map(directory.map(({ reference, entity_id }) => [reference, entity_id]))
  const ids = [...named.flatMap((one) => parseId(kind, one) ?? []), ...referenced.values()]
  const { rows } = await connection.query<FoundObject>({
    name: `find-${kind}s`,
    text: `select id, ${kind === 'customer' ? 'id as customer_id' : 'customer_id'} from ${kind}
      where environment_id = $1 and id = any ($2::uuid[]) and bucket = any ($3::integer[])`,
    values: [environmentId, uuidArray(ids), integerArray([...new Set(ids.map(bucketOf))])],
  })
  const found = new Map(rows.map((row) => [row.id, row]))
  return new Map(
    named.flatMap((one) => {
      // As in `findObject`, an id wins.
      const row = found.get(parseId(kind, one) ?? '') ?? found.get(referenced.get(one) ?? '')
      return row ? [[one, row] as const] : []
    }),
  )
}

const referencePattern = /^[a-zA-Z0-9_-]{1,255}$/

/** The id of the object that has a reference. */
export async function findReference(
  connection: Queryable,
  environmentId: number,
  kind: ReceivableKind,
  reference: string,
): Promise<Id | undefined> {
  if (!referencePattern.test(reference)) return undefined
  const { rows } = await connection.query<{ entity_id: Id }>({
    name: 'find-external-reference',
    text: `select entity_id from external_reference
      where environment_id = $1 and kind = $2 and reference = $3 and bucket = $4`,
    values: [environmentId, kind, reference, bucketOfValue(reference)],
  })
  return rows[0]?.entity_id
}
