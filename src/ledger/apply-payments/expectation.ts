/** What the claims of a batch are taken to be: all new, or any, so that each is asked whether it was won. */
export type Claims = 'new' | 'any'

/** Knows from the batches before what the next one's claims are likely to be. */
export type Expectation = {
  /** What to take the claims of a batch of this size for. */
  of(size: number): Claims
  /** Tells whether all claims of a batch were won. */
  learn(allWon: boolean): void
}

// Below it there is little to save, and a quiet server's replays would each leave an error in PostgreSQL's log.
const sizeMin = 16

// A batch that was tried in vain costs what eight batches save by not asking.
const caution = 8

/** Expects new claims, until a batch brings one that is not; then the next ones are asked. */
export function createExpectation(): Expectation {
  let cautious = 0
  return {
    of: (size) => (size < sizeMin || cautious > 0 ? 'any' : 'new'),
    learn(allWon) {
      cautious = allWon ? Math.max(0, cautious - 1) : caution
    },
  }
}
