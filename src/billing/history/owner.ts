import type { AppContext, RequestContext } from '../../context.ts'
import { Problem } from '../../core/problem.ts'
import { ownerField, type ReceivableKind } from '../../ledger/receivable.ts'
import { findOrThrow } from '../object/rows.ts'
import type { Owner } from './store.ts'

type App = Pick<AppContext, 'pool'>

/** The object whose history is asked for, with the currency of its balance; null when it has no balance. */
export async function findOwner({ pool }: App, { environment }: RequestContext, kind: ReceivableKind, named: string) {
  const row = await findOrThrow(pool, environment.id, kind, named)
  const owner: Owner = { environment_id: environment.id, id: row.id, bucket: row.bucket }
  const { external_reference } = row
  return { owner, external_reference, currency: row.balance === null ? null : row.receivable_currency }
}

/** As `findOwner`, but throws `no_balance` for an object without a balance. */
export async function findBalanceOwner(app: App, context: RequestContext, kind: ReceivableKind, named: string) {
  const { owner, currency, external_reference } = await findOwner(app, context, kind, named)
  if (currency === null) throw new Problem('no_balance', `The ${kind} has no balance, so it has no history.`)
  return { owner, currency, external_reference, shown: ownerField({ id: owner.id, kind }) }
}
