import type { Id } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { insist } from '../../database/errors.ts'
import { findAnswers, type StoredAnswer } from '../../database/idempotency.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { type Claimant, nameReference, referenceColumns } from './claims.ts'
import type { PaymentOutcome } from './command.ts'

type TakenReference = { payment_id: Id; fingerprint: Buffer }
type ReferenceRow = TakenReference & { environment_id: number; channel: string; reference: string }

const findReferencesSql = loadSql(import.meta.url, '../sql/find-references.sql')

/** What was found of the claims that were lost. */
type Found = { answers: Map<string, StoredAnswer>; references: Map<string, TakenReference> }

/**
 * Fills in what becomes of the orders that lost a claim. It is looked up after the commit, since the winner's row was not visible
 * in the loser's snapshot, and beside the next batch: those that were applied do not wait for it. A look-up serves all losers,
 * since half of a batch may be replays.
 */
export function lookUpLosers(
  pool: Queryable,
  claimants: Claimant[],
  outcomes: (PaymentOutcome | undefined)[],
): (PaymentOutcome | Promise<PaymentOutcome>)[] {
  const losers = claimants.filter((_, index) => outcomes[index] === undefined)
  if (losers.length === 0) return outcomes as PaymentOutcome[]
  const looking = insist(() => find(pool, losers))
  return outcomes.map(
    (outcome, index) => outcome ?? looking.then((found) => outcomeOf(claimants[index] as Claimant, found)),
  )
}

/** Most losers are replays, whose answer tells all; only the others are looked up by their reference. */
async function find(pool: Queryable, losers: Claimant[]): Promise<Found> {
  const answers = await findAnswers(
    pool,
    losers.map(({ key }) => key).filter((key) => key !== undefined),
  )
  const unanswered = losers.filter(({ key }) => !key || !answers.has(key.name))
  return { answers, references: await findReferences(pool, unanswered) }
}

function outcomeOf({ key, reference }: Claimant, { answers, references }: Found): PaymentOutcome {
  const stored = key && answers.get(key.name)
  if (key && stored) {
    if (!stored.fingerprint.equals(key.fingerprint)) {
      return {
        kind: 'refused',
        problem: new Problem('idempotency_key_reused', 'This key was used for another request.'),
      }
    }
    return { kind: 'replayed', answer: { status: stored.status, body: stored.body } }
  }
  const taken = reference && references.get(reference.name)
  if (taken) {
    const same = taken.fingerprint.equals(reference.fingerprint)
    return { kind: 'reference_taken', payment_id: taken.payment_id, same }
  }
  // The winner rolled back between our claim and this look: nothing stands in the way any more.
  return {
    kind: 'refused',
    problem: new Problem('idempotency_in_flight', 'A request with this key or reference is still running.', {
      retry_after_s: 1,
    }),
  }
}

async function findReferences(pool: Queryable, losers: Claimant[]): Promise<Map<string, TakenReference>> {
  const lost = losers.map(({ reference }) => reference).filter((reference) => reference !== undefined)
  if (lost.length === 0) return new Map()
  const { rows } = await pool.query<ReferenceRow>({ ...findReferencesSql, values: referenceColumns(lost) })
  return new Map(rows.map((row) => [nameReference(row), row]))
}
