import { isConflict, isUniqueViolation } from '../../../database/errors.ts'

/**
 * What a batch assumes so that it can skip work: that its keys and references are new, and that nobody changes the balances it
 * reads. A false assumption aborts the transaction; the retry assumes nothing.
 */
export type Assumptions = {
  /** `new`: no claim exists yet, so plain inserts do. `any`: each insert returns whether it won. */
  claims: 'new' | 'any'
  /** `unlocked`: read without a lock, and checked by the update. `locked`: locked before anything is decided. */
  balances: 'unlocked' | 'locked'
}

/** The assumptions of a retry: none. */
export const noAssumptions: Assumptions = { claims: 'any', balances: 'locked' }

/** Learns from earlier batches what the next one may assume. */
export type OptimisticMode = {
  /** What a batch of this size may assume. */
  assumptionsFor(size: number): Assumptions
  /** Learns that a batch was committed, and whether it won all its claims. */
  committed(allWon: boolean): void
  /** Learns why a batch was aborted. Returns false when the cause is not one of the assumptions. */
  failed(error: unknown): boolean
}

// Below this size there is little to save, and each replay on a quiet server would leave an error in the log of
// PostgreSQL.
const claimsMin = 16

// An aborted batch costs what eight batches save by not asking.
const backoffBatches = 8

/** Assumes the best until an assumption fails; then that one is not made for eight batches. */
export function createOptimisticMode(): OptimisticMode {
  let claimsBackoff = 0
  let balancesBackoff = 0
  return {
    assumptionsFor: (size) => ({
      claims: size < claimsMin || claimsBackoff > 0 ? 'any' : 'new',
      balances: balancesBackoff > 0 ? 'locked' : 'unlocked',
    }),
    committed(allWon) {
      claimsBackoff = allWon ? Math.max(0, claimsBackoff - 1) : backoffBatches
      balancesBackoff = Math.max(0, balancesBackoff - 1)
    },
    failed(error) {
      if (isUniqueViolation(error)) claimsBackoff = backoffBatches
      else if (isConflict(error)) balancesBackoff = backoffBatches
      else return false
      return true
    },
  }
}
