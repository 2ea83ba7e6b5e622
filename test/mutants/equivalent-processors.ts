import type { Equivalent } from './survivors.ts'

/** Those of amounts on the wires of processors. */
export const equivalentProcessors: Equivalent[] = [
  {
    file: 'src/payments/processor/stripe/amounts.ts',
    line: 'return toNumber(shift >= 0 ? amount * 10n ** BigInt(shift) : amount / 10n ** BigInt(-shift))',
    replaced: 'shift >= 0',
    replacement: 'shift > 0',
    reason: 'Where the decimals are the same, the amount is multiplied or divided by one.',
  },
  {
    file: 'src/payments/processor/stripe/amounts.ts',
    line: 'if (shift < 0) return BigInt(wire) * 10n ** BigInt(-shift)',
    replaced: 'shift < 0',
    replacement: 'shift <= 0',
    reason: 'Where the decimals are the same, the amount is multiplied or divided by one.',
  },
  {
    file: 'src/payments/processor/stripe/amounts.ts',
    line: 'return found !== undefined && wire < 0 ? -found : found',
    replaced: 'wire < 0',
    replacement: 'wire <= 0',
    reason: 'Nothing has been answered before.',
  },
  {
    file: 'src/payments/processor/stripe/amounts.ts',
    line: 'const ours = (wire: bigint) => (shift >= 0 ? wire / 10n ** BigInt(shift) : wire * 10n ** BigInt(-shift))',
    replaced: 'shift >= 0',
    replacement: 'shift > 0',
    reason: 'Where the decimals are the same, the amount is multiplied or divided by one.',
  },
]
