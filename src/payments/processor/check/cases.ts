import type { Case } from './case.ts'
import { amountsCases } from './cases/amounts.ts'
import { captureCases } from './cases/capture.ts'
import { closeCases } from './cases/close.ts'
import { disputesCases } from './cases/disputes.ts'
import { fetchCases } from './cases/fetch.ts'
import { findCases } from './cases/find.ts'
import { hygieneCases } from './cases/hygiene.ts'
import { keysCases } from './cases/keys.ts'
import { limitsCases } from './cases/limits.ts'
import { openCases } from './cases/open.ts'
import { refundCases } from './cases/refund.ts'
import { settlementsCases } from './cases/settlements.ts'
import { wakeCases } from './cases/wake.ts'

/**
 * Every case, in the order in which they run. What is added to the contract gets a list of its own here, named after it, a `Need` that says
 * when it applies, and in the stage what it takes to play the maker.
 */
export const cases: readonly Case[] = [
  ...limitsCases,
  ...keysCases,
  ...openCases,
  ...findCases,
  ...amountsCases,
  ...fetchCases,
  ...closeCases,
  ...wakeCases,
  ...captureCases,
  ...refundCases,
  ...disputesCases,
  ...settlementsCases,
  ...hygieneCases,
]
