import { Problem } from '../../core/problem.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'

/** How a body names what is to be paid: exactly one of the three, which its schema has checked. */
export type Named = { customer?: string | undefined; account?: string | undefined; bill?: string | undefined }

/** The kind and the id or reference that a body names. `pointer` locates these fields. */
export function namedOne(named: Named, pointer: string): { kind: ReceivableKind; named: string; pointer: string } {
  for (const kind of ['bill', 'account', 'customer'] as const) {
    const value = named[kind]
    if (value !== undefined) return { kind, named: value, pointer: `${pointer}/${kind}` }
  }
  throw new Problem('invalid_request', 'Name one of customer, account and bill.')
}
