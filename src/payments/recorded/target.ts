import { type Named, namedOne } from '../../billing/object/named.ts'
import { type FoundObject, findObjects, findOrThrow } from '../../billing/object/rows.ts'
import { absentProblem } from '../../core/absent.ts'
import { type Id, parseId } from '../../core/id/id.ts'
import { fieldProblem } from '../../core/problem.ts'
import type { Queryable } from '../../database/pool.ts'
import type { AllocationPolicy } from '../../ledger/allocation.ts'
import { type PaymentTarget, type RecordedTarget, selectionOf } from '../../ledger/payments/command.ts'
import { readReceivables } from '../../ledger/store.ts'

/** How a body says where the payment goes; its schema has checked that it does so in exactly one way. */
export type Targeting = {
  customer?: string | undefined
  account?: string | undefined
  bill?: string | undefined
  allocations?: (Named & { amount?: number | undefined })[] | undefined
  policy?: AllocationPolicy | undefined
}
type NamedOne = ReturnType<typeof namedOne>

/**
 * A target by ids. `customer_id` is undefined where only the ids were read, not the objects. `pointer` points to the
 * member that named the target.
 */
export type ResolvedTarget = { target: RecordedTarget; customer_id: Id | undefined; first_id: Id; pointer: string }

/** Why money cannot go where a body says. */
export const targetErrors = [
  'not_found',
  'no_balance',
  'customer_mismatch',
  'invalid_allocation',
  'currency_mismatch',
  'bill_voided',
  'amount_exceeds_remaining',
] as const

const defaultPolicy: AllocationPolicy = 'due_date_first'

function allNamed(targeting: Targeting, place = ''): NamedOne[] {
  return targeting.allocations
    ? targeting.allocations.map((one, index) => namedOne(one, `/allocations/${index}`))
    : [namedOne(targeting, place)]
}

/**
 * Reads the target from its ids alone, without asking the database: the batch finds the objects when it reads them.
 * Undefined when something is named by its reference; `resolveTarget` looks that up.
 */
export function readTarget(targeting: Targeting): ResolvedTarget | undefined {
  const named = allNamed(targeting)
  const ids: Id[] = []
  for (const { kind, named: value } of named) {
    const id = parseId(kind, value)
    if (id === undefined) return undefined
    ids.push(id)
  }
  return build(targeting, named, ids, undefined)
}

/** Looks the named objects up; `place` is where the body names them. Throws `not_found` with the pointer, or `customer_mismatch`. */
export async function resolveTarget(
  connection: Queryable,
  environmentId: number,
  targeting: Targeting,
  place = '',
): Promise<ResolvedTarget> {
  const named = allNamed(targeting, place)
  const rows = await lookUp(connection, environmentId, targeting, named)
  const customers = rows.map(({ customer_id }) => customer_id)
  const stranger = customers.findIndex((id) => id !== customers[0])
  if (stranger > 0) {
    const pointer = named[stranger]?.pointer ?? ''
    throw fieldProblem('customer_mismatch', pointer, 'It belongs to another customer than the first allocation.')
  }
  return build(
    targeting,
    named,
    rows.map(({ id }) => id),
    customers[0],
  )
}

async function lookUp(
  connection: Queryable,
  environmentId: number,
  { allocations }: Targeting,
  named: NamedOne[],
): Promise<FoundObject[]> {
  if (allocations === undefined) {
    return Promise.all(
      named.map(({ kind, named: value, pointer }) =>
        findOrThrow(connection, environmentId, kind, value, {}, { pointer }),
      ),
    )
  }
  const found = await Promise.all(
    [...Map.groupBy(named, ({ kind }) => kind)].map(
      async ([kind, ofKind]) =>
        [
          kind,
          await findObjects(
            connection,
            environmentId,
            kind,
            ofKind.map((one) => one.named),
          ),
        ] as const,
    ),
  )
  const byKind = new Map(found)
  return named.map(({ kind, named: value, pointer }) => {
    const row = byKind.get(kind)?.get(value)
    if (!row) throw absentProblem(kind, value, { pointer })
    return row
  })
}

function build(targeting: Targeting, named: NamedOne[], ids: Id[], customer_id: Id | undefined): ResolvedTarget {
  const seen = new Set<Id>()
  for (const [index, id] of ids.entries()) {
    if (seen.has(id)) throw fieldProblem('invalid_allocation', named[index]?.pointer ?? '', 'It is named twice.')
    seen.add(id)
  }
  const first_id = ids[0] as Id
  const { allocations, policy = defaultPolicy } = targeting
  if (allocations === undefined) {
    const kind = named[0]?.kind
    const scope =
      kind === 'customer'
        ? { customer: first_id }
        : kind === 'account'
          ? { account: first_id }
          : { receivables: [first_id] }
    // A named customer is the customer of the payment. Whether it exists was checked by the look-up, or the batch will
    // find out.
    return { target: { kind: 'policy', policy, scope }, customer_id, first_id, pointer: named[0]?.pointer ?? '' }
  }
  const pointer = '/allocations'
  if (targeting.policy !== undefined) {
    return { target: { kind: 'policy', policy, scope: { receivables: ids } }, customer_id, first_id, pointer }
  }
  return {
    target: {
      kind: 'explicit',
      allocations: allocations.map((one, index) => ({
        receivable_id: ids[index] as Id,
        amount: BigInt(one.amount ?? 0),
        pointer: named[index]?.pointer ?? '',
      })),
    },
    customer_id,
    first_id,
    pointer,
  }
}

/** Throws `currency_mismatch` for money in a currency that is withdrawn, unless its target has a balance in it from before. */
export async function refuseWithdrawn(
  connection: Queryable,
  environmentId: number,
  currency: string,
  target: PaymentTarget,
): Promise<void> {
  const receivables = await readReceivables(connection, selectionOf([{ target }], [environmentId]))
  if ([...receivables.all()].some((one) => one.currency === currency)) return
  throw fieldProblem(
    'currency_mismatch',
    '/currency',
    `${currency} has been withdrawn, and nothing here is owed in it.`,
  )
}
