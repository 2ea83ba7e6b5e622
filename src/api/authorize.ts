import type { KeyRights } from '../core/api-key.ts'
import { Problem } from '../core/problem.ts'
import type { Operation } from './route.ts'

/**
 * Throws `insufficient_scope` unless a key may call an operation. It is asked before anything of the request is read, so the answer is
 * the same whether the object exists or not.
 */
export function authorize(key: KeyRights, { scope, public_body }: Pick<Operation, 'scope' | 'public_body'>): void {
  if (key.kind === 'public') {
    if (public_body !== undefined) return
    const detail = `A public key can only begin payment sessions: call this from a server, with a key of the scope ${scope}.`
    throw new Problem('insufficient_scope', detail)
  }
  if (key.scopes === null || key.scopes.includes(scope)) return
  const detail = `This needs a key with the scope ${scope}. The key that was sent has: ${key.scopes.join(', ')}.`
  throw new Problem('insufficient_scope', detail)
}
