import { fieldProblem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../../api/context.ts'
import { find, type Rows } from './rows.ts'

/**
 * The customer or account that a new object names, kept from being archived until the object is there. Throws `not_found` or
 * `archived` with the pointer.
 */
export async function parentOf<Kind extends 'customer' | 'account'>(
  connection: Connection,
  context: ChangeContext,
  kind: Kind,
  idOrReference: string,
  pointer: string,
): Promise<Rows[Kind]> {
  const parent = await find(connection, context.environment.id, kind, idOrReference, { lock: 'stay' })
  if (!parent) throw fieldProblem('not_found', pointer, `There is no ${kind} with this id or reference.`)
  if (parent.archived_at !== null) throw fieldProblem('archived', pointer, `The ${kind} is archived.`)
  return parent
}
