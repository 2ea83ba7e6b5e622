import type { Equivalent } from './survivors.ts'

/** Those of what enters amounts in the ledger. */
export const equivalentJournal: Equivalent[] = [
  {
    file: 'src/ledger/journal.ts',
    line: '.sort(([left], [right]) => (left.id < right.id ? -1 : 1))',
    replaced: 'left.id < right.id',
    replacement: 'left.id <= right.id',
    reason: 'No two balances have one id.',
  },
  {
    file: 'src/ledger/totals.ts',
    line: 'const to = beyond < end ? beyond : end',
    replaced: 'beyond < end',
    replacement: 'beyond <= end',
    reason: 'Where both are equal, either is the same id.',
  },
]
