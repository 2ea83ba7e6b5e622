import type { Equivalent } from './survivors.ts'

/** Those of captures and settlements. */
export const equivalentCaptures: Equivalent[] = [
  {
    file: 'src/ledger/captures/authorised-amount.ts',
    line: 'if (amount < 0n) return 0n',
    replaced: 'amount < 0n',
    replacement: 'amount <= 0n',
    reason: 'Of nothing there is nothing either way, since what is left is never below it.',
  },
  {
    file: 'src/ledger/captures/authorised-amount.ts',
    line: 'return amount < most ? amount : most',
    replaced: 'amount < most',
    replacement: 'amount <= most',
    reason: 'Where both are equal, either is the same amount.',
  },
  {
    file: 'src/ledger/settlements/clearing-step.ts',
    line: 'return { from: first, to: hour < end ? hour : end }',
    replaced: 'hour < end',
    replacement: 'hour <= end',
    reason: 'Where both are equal, either is the same id.',
  },
]
