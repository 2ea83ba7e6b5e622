import { isConflict, isUniqueViolation } from '../../../database/errors.ts'

/**
 * What a batch takes for granted of its claims and of the balances that it reads. What turns out otherwise undoes the batch, and
 * it is done again taking nothing for granted.
 */
export type Expected = {
  /** All new; or any, so that each is asked whether it was won. */
  claims: 'new' | 'any'
  /** That nobody else changes them until they are written; or locked, so that nobody can. */
  balances: 'still' | 'locked'
}

/** Takes nothing for granted. */
export const nothing: Expected = { claims: 'any', balances: 'locked' }

/** Knows from the batches before what can be expected of the next one. */
export type Expectation = {
  /** What to expect of a batch of this size. */
  of(size: number): Expected
  /** Learns that a batch was committed, and whether it won all its claims. */
  committed(allWon: boolean): void
  /** Learns why a batch was undone. Returns false when that has nothing to do with what was expected. */
  disappointed(error: unknown): boolean
}

// Below it there is little to save, and a quiet server's replays would each leave an error in PostgreSQL's log.
const claimsMin = 16

// A batch that was tried in vain costs what eight batches save by not asking.
const caution = 8

/** Expects the best, until it is disappointed; then takes nothing for granted for eight batches. */
export function createExpectation(): Expectation {
  let claimsCaution = 0
  let balancesCaution = 0
  return {
    of: (size) => ({
      claims: size < claimsMin || claimsCaution > 0 ? 'any' : 'new',
      balances: balancesCaution > 0 ? 'locked' : 'still',
    }),
    committed(allWon) {
      claimsCaution = allWon ? Math.max(0, claimsCaution - 1) : caution
      balancesCaution = Math.max(0, balancesCaution - 1)
    },
    disappointed(error) {
      if (isUniqueViolation(error)) claimsCaution = caution
      else if (isConflict(error)) balancesCaution = caution
      else return false
      return true
    },
  }
}
