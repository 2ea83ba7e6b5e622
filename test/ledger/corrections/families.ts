import fc from 'fast-check'
import type { Family } from '../../../src/ledger/corrections/family.ts'
import { aFamily } from './rows.ts'

const left = fc.bigInt({ min: 0n, max: 40n })
const withBecame = (became: fc.Arbitrary<Family>) =>
  fc.tuple(left, fc.array(became, { maxLength: 3 })).map(([own, children]) => aFamily(own, children))

/** Any payment with what came of it, down to three generations. */
export const families: fc.Arbitrary<Family> = withBecame(withBecame(withBecame(left.map((own) => aFamily(own)))))
