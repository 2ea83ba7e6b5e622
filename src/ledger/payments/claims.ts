import { required } from '../../core/assert.ts'
import { bucketOf, type Id } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { integerArray, uuidArray } from '../../database/arrays.ts'
import { retryWhileUnavailable } from '../../database/availability.ts'
import {
  claimKeys,
  claimName,
  type FoundKey,
  findResponses,
  findResponsesById,
  type IdempotencyClaim,
  keyReused,
} from '../../database/idempotency.ts'
import type { Connection, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { awaitStandby } from '../../database/transaction.ts'
import type { CheckoutRow } from '../checkouts/checkout.ts'
import type { NoticeRow } from '../notices/notice.ts'
import type { ReceivableIndex } from '../receivable.ts'
import {
  type LockedPayment,
  lockCheckouts,
  lockNotices,
  lockPayments,
  lockReceivables,
  readReceivables,
} from '../store.ts'
import {
  type PaymentCommand,
  type PaymentOutcome,
  type ReferenceHolder,
  type RenderedText,
  selectionOf,
} from './command.ts'
import type { Assumptions } from './concurrency/optimistic.ts'
import {
  claimPaymentReferences,
  nameReference,
  type PaymentReferenceClaim,
  referenceColumns,
  referenceOf,
} from './reference-claims.ts'

const findReferencesSql = loadSql(import.meta.url, '../sql/find-references.sql')
const findThereSql = loadSql(import.meta.url, '../sql/find-there.sql')

/**
 * What a batch decides from: the claims that it has won, or assumes to have won, and the balances. They are the result
 * of the first of its two round trips.
 */
export type BatchInputs = {
  /** Rejects when a claim that was assumed to be won is lost. */
  claimed: Promise<unknown>
  keys: Set<string>
  references: Set<string>
  /** Of commands with reserved names: the payments and responses that are there already. */
  done: Set<Id>
  payments: Map<Id, LockedPayment>
  /** The requests and sessions of which payments are attempts. */
  checkouts: Map<Id, CheckoutRow>
  /** The transfer notices whose codes came with payments. */
  notices: Map<Id, NoticeRow>
  receivables: ReceivableIndex
}

/** A command with its claims and their names, which many steps need: made once, when the command is queued. */
export type ClaimedCommand = {
  readonly command: PaymentCommand
  readonly key: (IdempotencyClaim & { name: string }) | undefined
  readonly reference: PaymentReferenceClaim | undefined
  /** No two commands in flight may share one of these. */
  readonly names: string[]
  /** Where its key and its reference are reserved already, on their own nodes: they are not claimed again. */
  readonly reservation?: Reservation
}

/** The right to apply a command whose names are reserved. */
export type Reservation = {
  /** Until when, by the clock of `performance.now()`. */
  apply_until_ms: number
  /** Whether another request has the same names, so that the payment or its response may be there already. */
  is_shared: boolean
  /** Noted when nobody knows what became of a commit. */
  may_be_applied: boolean
}

/** What a command claims: its idempotency key, if it has one, and its reference, if the payment is to be recorded. */
export function withClaims(command: PaymentCommand): ClaimedCommand {
  const { environment, idempotency, claim, payment, notice } = command
  const environment_id = environment.id
  const key = idempotency && { ...idempotency, name: claimName(idempotency) }
  const reference = claim.kind === 'session' ? undefined : referenceOf(environment_id, payment, claim)
  // The id of a recorded payment is new, so nothing else has it.
  const names = [reference?.name ?? payment.id, ...(key ? [key.name] : []), ...(notice ? [`notice/${notice.id}`] : [])]
  return { command, key, reference, names }
}

/**
 * Claims and locks everything that a batch needs, in one lock order (keys, references, payments, checkouts, notices, receivables,
 * each sorted), so that batches cannot deadlock. Balances that are assumed not to change are only read, before the rest:
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
  const reserved = commands.filter(({ reservation }) => reservation !== undefined)
  const unreserved = reserved.length === 0 ? commands : commands.filter(({ reservation }) => reservation === undefined)
  const keys = unreserved.flatMap(({ key }) => key ?? [])
  const references = unreserved.flatMap(({ reference }) => reference ?? [])
  const isNew = assumptions.claims === 'new' && !reserved.some(({ reservation }) => reservation?.is_shared)
  const sessions = commands.filter(({ reference }) => reference === undefined).map(({ command }) => command.payment.id)
  const notices = commands.flatMap(({ command }) => command.notice?.id ?? [])
  const claimed = Promise.all([
    claimKeys(connection, keys, assumptions.claims),
    claimPaymentReferences(connection, references, assumptions.claims),
    lockPayments(connection, sessions, environments),
    lockCheckouts(connection, checkoutsOf(commands), environments),
    lockNotices(connection, notices, environments),
    isNew ? new Set<Id>() : findThere(connection, environments, idsOf(reserved)),
  ])
  const locking = reading ?? lockReceivables(connection, selection)
  // Awaited later, with the statements sent behind it.
  claimed.catch(() => {})
  const receivables = await locking
  const onlyNew = sessions.length === 0 && notices.length === 0 && references.every(({ replaces }) => replaces === null)
  const [wonKeys, wonReferences, payments, checkouts, locked, done] =
    onlyNew && isNew ? allNew(unreserved) : await claimed
  return { claimed, keys: wonKeys, references: wonReferences, done, payments, checkouts, notices: locked, receivables }
}

/** What commands with reserved names are to write. */
function idsOf(reserved: ClaimedCommand[]): Id[] {
  return reserved.flatMap(({ command, key }) => [command.payment.id, ...(key ? [key.response_id] : [])])
}

function checkoutsOf(commands: ClaimedCommand[]): Id[] {
  return commands.flatMap(
    ({ command: { claim, notice } }) => (claim.kind === 'session' ? claim.checkout_id : notice?.checkout_id) ?? [],
  )
}

type Won = [Set<string>, Set<string>, Map<Id, LockedPayment>, Map<Id, CheckoutRow>, Map<Id, NoticeRow>, Set<Id>]

function allNew(commands: ClaimedCommand[]): Won {
  const names = (kind: 'key' | 'reference') => new Set(commands.flatMap((claimed) => claimed[kind]?.name ?? []))
  return [names('key'), names('reference'), new Map(), new Map(), new Map(), new Set()]
}

/** Whether the command won its key, or has none. */
export function wonKey({ key, reservation }: ClaimedCommand, inputs: BatchInputs): boolean {
  if (key === undefined) return true
  return reservation === undefined ? inputs.keys.has(key.name) : !inputs.done.has(key.response_id)
}

/** Whether the payment of a command with a reference is not there yet. */
export function wonReference({ command, reference, reservation }: ClaimedCommand, inputs: BatchInputs): boolean {
  if (reservation !== undefined) return !inputs.done.has(command.payment.id)
  return reference !== undefined && inputs.references.has(reference.name)
}

/** What was found for the claims that were lost. */
type Found = {
  keys: Map<string, FoundKey>
  references: Map<string, ReferenceHolder[]>
  /** Of commands with reserved names, by the ids of the responses. */
  reserved: Map<Id, RenderedText>
}

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
  const claimed = lost.filter(({ reservation }) => reservation === undefined)
  const keys = await findResponses(
    pool,
    claimed.map(({ key }) => key).filter((key) => key !== undefined),
  )
  const others = claimed.filter(({ key }) => !key || !keys.get(key.name)?.response)
  const references = await findReferences(pool, others)
  const reserving = lost.filter(({ reservation }) => reservation !== undefined)
  const reserved = await findResponsesById(
    pool,
    reserving.map(({ command }) => command.environment.id),
    reserving.flatMap(({ key }) => key?.response_id ?? []),
  )
  await awaitStandby(pool)
  return { keys, references, reserved }
}

function lostOutcomeOf(claimed: ClaimedCommand, found: Found): PaymentOutcome {
  return claimed.reservation === undefined ? lostClaimOf(claimed, found) : lostReservationOf(claimed, found)
}

/** Another request with the same names was faster: it was answered under this very key, or it has applied this very payment. */
function lostReservationOf({ command, key, reference }: ClaimedCommand, { reserved }: Found): PaymentOutcome {
  const response = key && reserved.get(key.response_id)
  if (response) return { kind: 'replayed', response }
  const { fingerprint } = required(reference, 'what is reserved has a reference')
  return { kind: 'reference_taken', holders: [{ payment_id: command.payment.id, fingerprint }] }
}

function lostClaimOf({ key, reference }: ClaimedCommand, { keys, references }: Found): PaymentOutcome {
  const stored = key && keys.get(key.name)
  if (key && stored && !stored.fingerprint.equals(key.fingerprint)) return { kind: 'refused', problem: keyReused() }
  if (stored?.response) {
    const { status, body } = stored.response
    return { kind: 'replayed', response: { status, body } }
  }
  const holders = reference && (references.get(reference.name) ?? [])
  if (holders && (holders.length > 0 || reference.replaces !== null)) return { kind: 'reference_taken', holders }
  // The winner rolled back between our claim and this look-up, so a retry will win.
  return { kind: 'refused', problem: stillRunning() }
}

/** A request with the same name has begun, and nobody can say yet what becomes of it. */
export function stillRunning(): Problem {
  return new Problem('idempotency_in_flight', 'A request with this key or reference is still running.', {
    retry_after_s: 1,
  })
}

/** Whether a refusal is kept as the response of its key. */
export function isKept({ status }: Problem): boolean {
  return status === 409 || status === 422
}

/** The payments that the reference of a command names or has named, the present one first. */
export async function findHolders(pool: Queryable, command: PaymentCommand): Promise<ReferenceHolder[]> {
  const claimed = withClaims(command)
  return (await findReferences(pool, [claimed])).get(claimed.reference?.name ?? '') ?? []
}

type ReferenceRow = ReferenceHolder & { environment_id: number; channel: string; reference: string }

async function findReferences(pool: Queryable, commands: ClaimedCommand[]): Promise<Map<string, ReferenceRow[]>> {
  const lost = commands.map(({ reference }) => reference).filter((reference) => reference !== undefined)
  if (lost.length === 0) return new Map()
  const { rows } = await pool.query<ReferenceRow>({ ...findReferencesSql, values: referenceColumns(lost) })
  return Map.groupBy(rows, nameReference)
}

/** Which of these payments and responses are there, in one database. What is written at the same moment is found by its key. */
export async function findThere(
  database: Queryable,
  environment_ids: readonly number[],
  ids: readonly Id[],
): Promise<Set<Id>> {
  if (ids.length === 0) return new Set()
  const { rows } = await database.query<{ id: Id }>({ ...findThereSql, values: columnsOf(environment_ids, ids) })
  return new Set(rows.map(({ id }) => id))
}

function columnsOf(environment_ids: readonly number[], ids: readonly Id[]): Buffer[] {
  return [integerArray([...new Set(environment_ids)]), uuidArray(ids), integerArray([...new Set(ids.map(bucketOf))])]
}
