import type { Id } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { retryWhileUnavailable } from '../../database/availability.ts'
import { findResponses, type StoredResponse } from '../../database/idempotency.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { type ClaimedCommand, nameReference, referenceColumns } from './claims.ts'
import type { PaymentOutcome } from './command.ts'

type TakenReference = { payment_id: Id; fingerprint: Buffer }
type ReferenceRow = TakenReference & { environment_id: number; channel: string; reference: string }

const findReferencesSql = loadSql(import.meta.url, '../sql/find-references.sql')

/** What was found of the claims that were lost. */
type Found = { responses: Map<string, StoredResponse>; references: Map<string, TakenReference> }

/**
 * Fills in the outcomes of the commands that lost a claim. It is looked up after the commit, since the winner's row was not visible
 * in the loser's snapshot, and beside the next batch: those that were applied do not wait for it. One look-up serves all of them,
 * since half of a batch may be replays.
 */
export function resolveLostClaims(
  pool: Queryable,
  commands: ClaimedCommand[],
  outcomes: (PaymentOutcome | undefined)[],
): (PaymentOutcome | Promise<PaymentOutcome>)[] {
  const lost = commands.filter((_, index) => outcomes[index] === undefined)
  if (lost.length === 0) return outcomes as PaymentOutcome[]
  const looking = retryWhileUnavailable(() => find(pool, lost))
  return outcomes.map(
    (outcome, index) => outcome ?? looking.then((found) => outcomeOf(commands[index] as ClaimedCommand, found)),
  )
}

/** Most are replays, whose response tells all; only the others are looked up by their reference. */
async function find(pool: Queryable, lost: ClaimedCommand[]): Promise<Found> {
  const responses = await findResponses(
    pool,
    lost.map(({ key }) => key).filter((key) => key !== undefined),
  )
  const others = lost.filter(({ key }) => !key || !responses.has(key.name))
  return { responses, references: await findReferences(pool, others) }
}

function outcomeOf({ key, reference }: ClaimedCommand, { responses, references }: Found): PaymentOutcome {
  const stored = key && responses.get(key.name)
  if (key && stored) {
    if (!stored.fingerprint.equals(key.fingerprint)) {
      return {
        kind: 'refused',
        problem: new Problem('idempotency_key_reused', 'This Idempotency-Key was used for another request.'),
      }
    }
    return { kind: 'replayed', response: { status: stored.status, body: stored.body } }
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

async function findReferences(pool: Queryable, commands: ClaimedCommand[]): Promise<Map<string, TakenReference>> {
  const lost = commands.map(({ reference }) => reference).filter((reference) => reference !== undefined)
  if (lost.length === 0) return new Map()
  const { rows } = await pool.query<ReferenceRow>({ ...findReferencesSql, values: referenceColumns(lost) })
  return new Map(rows.map((row) => [nameReference(row), row]))
}
