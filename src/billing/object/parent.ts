import type { RequestContext } from '../../context.ts'
import { fieldProblem, type Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { findOrThrow, type Rows } from './rows.ts'

/**
 * The customer or account that a new object names, locked so that it is not archived before the object is written.
 * Throws `not_found` or `archived` with the pointer.
 */
export async function parentOf<Kind extends 'customer' | 'account'>(
  connection: Connection,
  context: RequestContext,
  kind: Kind,
  idOrReference: string,
  pointer: string,
): Promise<Rows[Kind]> {
  const { id } = context.environment
  const parent = await findOrThrow(connection, id, kind, idOrReference, { lock: 'share' }, { pointer })
  if (parent.archived_at !== null) throw archivedParent(kind, pointer)
  return parent
}

/** The refusal of an archived parent, which can get no new children. */
export function archivedParent(kind: 'customer' | 'account', pointer: string): Problem {
  return fieldProblem('archived', pointer, `The ${kind} is archived.`)
}
