import { isDeepStrictEqual } from 'node:util'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import type { Rows } from './rows.ts'

/** Whether a PATCH has left an object and its balance as they were, so that there is nothing to store and nothing to tell. */
export function isUnchanged<Kind extends ReceivableKind>(before: Rows[Kind], after: Rows[Kind]): boolean {
  const { version, updated_at } = before
  return isDeepStrictEqual({ ...after, version, updated_at }, before)
}
