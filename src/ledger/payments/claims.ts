import { bucketOfValue } from '../../core/bucket.ts'
import type { Id } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { bytesArray, integerArray, textArray, uuidArray } from '../../database/arrays.ts'
import { retryWhileUnavailable } from '../../database/availability.ts'
import {
  claimKeys,
  claimName,
  findResponses,
  type IdempotencyClaim,
  type StoredResponse,
} from '../../database/idempotency.ts'
import type { Connection, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { ReceivableIndex } from '../receivable.ts'
import { type LockedPayment, lockPayments, lockReceivables, readReceivables } from '../store.ts'
import { type PaymentCommand, type PaymentOutcome, selectionOf } from './command.ts'
import type { Assumptions } from './concurrency/optimistic.ts'

const claimReferencesSql = loadSql(import.meta.url, '../sql/claim-references.sql')
const claimNewReferencesSql = loadSql(import.meta.url, '../sql/claim-new-references.sql')
const findReferencesSql = loadSql(import.meta.url, '../sql/find-references.sql')
const releaseReferencesSql = loadSql(import.meta.url, '../sql/release-references.sql')

/**
 * What a batch decides from: the claims that it has won, or assumes to have won, and the balances. They are the result
 * of the first of its two round trips.
 */
export type BatchInputs = {
  /** Rejects when a claim that was assumed to be won is lost. */
  claimed: Promise<unknown>
  keys: Set<string>
  references: Set<string>
  payments: Map<Id, LockedPayment>
  receivables: ReceivableIndex
}

/** A command with its claims and their names, which many steps need: made once, when the command is queued. */
export type ClaimedCommand = {
  readonly command: PaymentCommand
  readonly key: (IdempotencyClaim & { name: string }) | undefined
  readonly reference: PaymentReferenceClaim | undefined
  /** No two commands in flight may share one of these. */
  readonly names: string[]
}

type PaymentReferenceClaim = {
  environment_id: number
  channel: string
  reference: string
  fingerprint: Buffer
  bucket: number
  name: string
}

/**
 * The name of a reference within its environment and channel. It differs from every name of a key, which has a space
 * where this has a slash.
 */
function nameReference(one: { environment_id: number; channel: string; reference: string }): string {
  return `${one.environment_id}/${one.channel}\n${one.reference}`
}

/** What a command claims: its idempotency key, if it has one, and its reference, if the payment is to be recorded. */
export function withClaims(command: PaymentCommand): ClaimedCommand {
  const { environment, idempotency, claim, payment } = command
  const environment_id = environment.id
  const key = idempotency && { ...idempotency, name: claimName(idempotency) }
  const reference = claim.kind === 'record' ? referenceOf(environment_id, payment.channel, claim) : undefined
  // The id of a recorded payment is new, so nothing else has it.
  const names = [reference?.name ?? payment.id, ...(key ? [key.name] : [])]
  return { command, key, reference, names }
}

function referenceOf(
  environment_id: number,
  channel: string,
  { reference, fingerprint }: { reference: string; fingerprint: Buffer },
): PaymentReferenceClaim {
  const bucket = bucketOfValue(`${channel}\n${reference}`)
  const name = nameReference({ environment_id, channel, reference })
  return { environment_id, channel, reference, fingerprint, bucket, name }
}

/**
 * Claims and locks everything that a batch needs, in one lock order (keys, references, payments, receivables, each
 * sorted), so that batches cannot deadlock. Balances that are assumed not to change are only read, before the rest:
 * every decision needs them, and PostgreSQL writes the claims while the program decides. Claims that are assumed to be
 * new are not waited for: one that is not new fails the transaction with a unique violation.
 */
export async function claimAndRead(
  connection: Connection,
  commands: ClaimedCommand[],
  assumptions: Assumptions,
): Promise<BatchInputs> {
  const environments = [...new Set(commands.map(({ command }) => command.environment.id))]
  const selection = selectionOf(
    commands.map(({ command }) => command),
    environments,
  )
  const reading = assumptions.balances === 'unlocked' ? readReceivables(connection, selection) : undefined
  const keys = commands.flatMap(({ key }) => key ?? [])
  const sessions = commands.filter(({ reference }) => reference === undefined).map(({ command }) => command.payment.id)
  const claimed = Promise.all([
    claimKeys(connection, keys, assumptions.claims),
    claimPaymentReferences(connection, commands, assumptions.claims),
    lockPayments(connection, sessions, environments),
  ])
  const locking = reading ?? lockReceivables(connection, selection)
  // Awaited later, with the statements sent behind it.
  claimed.catch(() => {})
  const receivables = await locking
  const areNew = assumptions.claims === 'new' && sessions.length === 0
  const [wonKeys, references, payments] = areNew ? allNew(commands) : await claimed
  return { claimed, keys: wonKeys, references, payments, receivables }
}

function allNew(commands: ClaimedCommand[]): [Set<string>, Set<string>, Map<Id, LockedPayment>] {
  const names = (kind: 'key' | 'reference') => new Set(commands.flatMap((claimed) => claimed[kind]?.name ?? []))
  return [names('key'), names('reference'), new Map()]
}

async function claimPaymentReferences(
  connection: Queryable,
  commands: ClaimedCommand[],
  assumed: Assumptions['claims'],
): Promise<Set<string>> {
  const claims = commands
    .flatMap(({ command, reference }) => (reference ? [{ ...reference, payment_id: command.payment.id }] : []))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
  if (claims.length === 0) return new Set()
  const columns = [
    ...referenceColumns(claims),
    uuidArray(claims.map(({ payment_id }) => payment_id)),
    bytesArray(claims.map(({ fingerprint }) => fingerprint)),
  ]
  if (assumed === 'new') {
    await connection.query({ ...claimNewReferencesSql, values: columns })
    return new Set(claims.map(({ name }) => name))
  }
  const { rows } = await connection.query<{ environment_id: number; channel: string; reference: string }>({
    ...claimReferencesSql,
    values: columns,
  })
  return new Set(rows.map(nameReference))
}

/** Releases the references of refused commands, so that the same payment may be sent again. */
export async function releasePaymentReferences(
  connection: Queryable,
  references: PaymentReferenceClaim[],
): Promise<void> {
  if (references.length === 0) return
  await connection.query({ ...releaseReferencesSql, values: referenceColumns(references) })
}

/** The columns that identify references. */
function referenceColumns(references: PaymentReferenceClaim[]): Buffer[] {
  return [
    integerArray(references.map(({ environment_id }) => environment_id)),
    textArray(references.map(({ channel }) => channel)),
    textArray(references.map(({ reference }) => reference)),
    integerArray(references.map(({ bucket }) => bucket)),
  ]
}

/** Whether the command won its key, or has none. */
export function wonKey({ key }: ClaimedCommand, inputs: BatchInputs): boolean {
  return key === undefined || inputs.keys.has(key.name)
}

type TakenReference = { payment_id: Id; fingerprint: Buffer }
type ReferenceRow = TakenReference & { environment_id: number; channel: string; reference: string }

/** What was found for the claims that were lost. */
type Found = { responses: Map<string, StoredResponse>; references: Map<string, TakenReference> }

/**
 * Resolves the outcomes of the commands that lost a claim. They are looked up after the commit, since the winner's row
 * may not be visible in the snapshot of this batch, and beside the next batch: commands that were applied do not wait
 * for it. One look-up serves all of them, since half of a batch may be replays.
 */
export function resolveLostClaims(
  pool: Queryable,
  commands: ClaimedCommand[],
  outcomes: (PaymentOutcome | undefined)[],
): (PaymentOutcome | Promise<PaymentOutcome>)[] {
  const lost = commands.filter((_, index) => outcomes[index] === undefined)
  if (lost.length === 0) return outcomes as PaymentOutcome[]
  const looking = retryWhileUnavailable(() => findLost(pool, lost))
  return outcomes.map(
    (outcome, index) => outcome ?? looking.then((found) => lostOutcomeOf(commands[index] as ClaimedCommand, found)),
  )
}

/** Most are replays, for which the stored response is enough; only the others are looked up by their reference. */
async function findLost(pool: Queryable, lost: ClaimedCommand[]): Promise<Found> {
  const responses = await findResponses(
    pool,
    lost.map(({ key }) => key).filter((key) => key !== undefined),
  )
  const others = lost.filter(({ key }) => !key || !responses.has(key.name))
  return { responses, references: await findReferences(pool, others) }
}

function lostOutcomeOf({ key, reference }: ClaimedCommand, { responses, references }: Found): PaymentOutcome {
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
  // The winner rolled back between our claim and this look-up, so a retry will win.
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
