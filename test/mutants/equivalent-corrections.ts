import type { Equivalent } from './survivors.ts'

/** Those of corrections: what is taken back, and what comes back. */
export const equivalentCorrections: Equivalent[] = [
  {
    file: 'src/ledger/corrections/left.ts',
    line: 'return one < other ? one : other',
    replaced: 'one < other',
    replacement: 'one <= other',
    reason: 'Where both are equal, either is the same amount.',
  },
  {
    file: 'src/ledger/corrections/refund-way.ts',
    line: "const sent = way.kind === 'external' ? way.refunded_at : undefined",
    replaced: "way.kind === 'external'",
    replacement: 'true',
    reason: 'A refund through a processor does not say when it was sent, so there is nothing to read.',
  },
]
