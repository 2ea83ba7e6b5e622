import { required } from '../../../core/assert.ts'
import { bucketOf } from '../../../core/id/id.ts'
import { OutcomeUnknown } from '../../../database/availability.ts'
import { createGroupCommit, type GroupCommit } from '../../../database/group-commit.ts'
import { keyReused } from '../../../database/idempotency.ts'
import { poolOf, type ShardMap } from '../../../database/shard-map.ts'
import { awaitStandby, transaction } from '../../../database/transaction.ts'
import { type ClaimedCommand, findHolders, isKept, stillRunning } from '../claims.ts'
import type { PaymentOutcome, ReferenceHolder } from '../command.ts'
import { findResponse, isThere, isWhollyReversed } from './look-up.ts'
import {
  keyNameOf,
  type ReservableName,
  type ReservedName,
  referenceNameOf,
  releaseName,
  reserveNames,
} from './names.ts'

// A reservation is deleted when nobody has come for it within ten minutes. A batch is through, or given up by the database, some seconds after
// it has decided (servingLimits), so there is no moment at which both can happen.
const applyWithin_ms = 60_000
// Each command in the lanes has two names at most.
const waitingMax = 10_000

/** The names of a command that are reserved, and what it may be applied with. */
export type ReservedCommand = {
  claimed: ClaimedCommand
  /** The names that it was the first to come with. */
  own: ReservableName[]
}

/** Reserves the names of commands before they are applied, for a map of several nodes. */
export type Reservations = {
  /**
   * Reserves the key and the reference of a command, each on its own node. Returns the command with the ids that whoever came first has
   * chosen, or its outcome, where that is known already.
   */
  reserve(claimed: ClaimedCommand): Promise<ReservedCommand | PaymentOutcome>
  /**
   * Gives up those names of a command that its outcome leaves without an effect, and returns the outcome. Throws OutcomeUnknown when it was
   * refused after a commit that may still have applied it.
   */
  end(reserved: ReservedCommand, outcome: PaymentOutcome): Promise<PaymentOutcome>
}

type NameLane = GroupCommit<ReservableName, ReservedName | undefined>
type Held = { key: Reserving | undefined; reference: Reserving | undefined }
type Reserving = { name: ReservableName; row: ReservedName | undefined }

/** Makes the reservations of one process: a lane for each node, in which names are reserved in batches. */
export function createReservations(shards: ShardMap, now: () => Date): Reservations {
  const lanes = shards.nodes.map(
    (pool): NameLane =>
      createGroupCommit({
        name: 'reservations',
        runBatch: (names, lock_wait_ms) =>
          transaction(pool, (connection) => reserveNames(connection, names), { lock_wait_ms }),
        claimsOf: ({ name }) => [name],
        placeOf: ({ environment_id, name }) => ({ owner: String(environment_id), object: name }),
        spanOf: () => undefined,
        in_flight_max: 2,
        batch_max: 200,
        waiting_max: waitingMax,
      }),
  )
  const laneOf = (bucket: number) => required(lanes[shards.nodeOf(bucket)], 'every node has a lane')
  const reserveOne = async (name: ReservableName | undefined): Promise<Reserving | undefined> => {
    if (name === undefined) return undefined
    const isReplaceable = name.replaces === null || (await isWhollyReversed(shards, name.environment_id, name.replaces))
    return { name, row: isReplaceable ? await laneOf(name.bucket).add(name) : undefined }
  }
  return {
    async reserve(claimed) {
      const apply_until_ms = performance.now() + applyWithin_ms
      const [key, reference] = await Promise.all([
        reserveOne(keyNameOf(claimed, now())),
        reserveOne(referenceNameOf(claimed)),
      ])
      const own = [key, reference].filter((one) => one !== undefined).flatMap((one) => (isOwn(one) ? one.name : []))
      const known = await outcomeOf(shards, claimed, { key, reference })
      if (known === undefined) return { claimed: withIds(claimed, { key, reference }, apply_until_ms), own }
      await releaseAll(shards, own)
      return known
    },
    async end(reserved, outcome) {
      const { reservation } = reserved.claimed
      const isRefused = outcome.kind === 'refused' || outcome.kind === 'target_unknown'
      if (isRefused && reservation?.may_be_applied)
        throw new OutcomeUnknown('a batch before it was not reported as done')
      await releaseAll(shards, await namesToRelease(shards, reserved, outcome))
      return outcome
    },
  }
}

/** Whether nobody has come with the name before, or since. */
const isOwn = ({ name, row }: Reserving) => row?.id === name.id && row.holders === 1

/** The outcome of a command, where its names tell it: they are of other requests, or of this one and settled. */
async function outcomeOf(
  shards: ShardMap,
  claimed: ClaimedCommand,
  { key, reference }: Held,
): Promise<PaymentOutcome | undefined> {
  if (key?.row && !key.row.fingerprint.equals(key.name.fingerprint)) return { kind: 'refused', problem: keyReused() }
  const { environment, payment } = claimed.command
  const payment_id = reference?.row?.id ?? payment.id
  const isOfAnother = reference && !reference.row?.fingerprint.equals(reference.name.fingerprint)
  // Whoever came first did not know the customer yet, or knew another.
  const isElsewhere = bucketOf(payment_id) !== bucketOf(payment.id)
  const isTaken =
    isOfAnother ||
    reference?.row?.holders === null ||
    (isElsewhere && (await isThere(shards, environment.id, payment_id)))
  const isAnswered = key?.row && (key.row.holders === null || bucketOf(key.row.id) !== bucketOf(payment_id))
  if (!isTaken && !isElsewhere && !isAnswered) return undefined
  const response = key?.row && !isOwn(key) && (await findResponse(shards, environment.id, key.row.id))
  if (response) return { kind: 'replayed', response }
  const holders = reference && isTaken ? await findHoldersOf(shards, claimed, reference.name) : []
  if (isTaken && (holders.length > 0 || reference?.name.replaces !== null)) return { kind: 'reference_taken', holders }
  return { kind: 'refused', problem: stillRunning() }
}

async function findHoldersOf(
  shards: ShardMap,
  claimed: ClaimedCommand,
  name: ReservableName,
): Promise<ReferenceHolder[]> {
  const pool = poolOf(shards, name.bucket)
  const holders = await findHolders(pool, claimed.command)
  await awaitStandby(pool)
  return holders
}

/** The command as its names have it: whoever comes with the same request applies the same payment, and has the same response. */
function withIds(claimed: ClaimedCommand, { key, reference }: Held, apply_until_ms: number): ClaimedCommand {
  const payment_id = reference?.row?.id ?? claimed.command.payment.id
  return {
    ...claimed,
    command: { ...claimed.command, payment: { ...claimed.command.payment, id: payment_id } },
    key: claimed.key && { ...claimed.key, response_id: key?.row?.id ?? claimed.key.response_id },
    reference: claimed.reference && { ...claimed.reference, payment_id },
    reservation: {
      apply_until_ms,
      is_shared: [key, reference].some((one) => one !== undefined && !isOwn(one)),
      may_be_applied: false,
    },
  }
}

/**
 * The names that an outcome leaves without an effect: what was applied keeps its names, and what was answered for good its key. After a
 * commit of which nothing is known none is released.
 */
async function namesToRelease(
  shards: ShardMap,
  { own, claimed: { command, reservation } }: ReservedCommand,
  outcome: PaymentOutcome,
): Promise<ReservableName[]> {
  if (reservation?.may_be_applied) return []
  const references = own.filter(({ kind }) => kind === 'reference')
  switch (outcome.kind) {
    case 'applied':
    case 'already_succeeded':
      return []
    case 'reference_taken':
      return own.filter(({ kind }) => kind === 'key')
    case 'replayed':
      // Where the response is a refusal, the reference has no payment.
      return references.length > 0 && !(await isThere(shards, command.environment.id, command.payment.id))
        ? references
        : []
    case 'target_unknown':
      return own
    case 'refused':
      return isKept(outcome.problem) ? references : own
  }
}

/** Gives up names. Of one that cannot be released now, a job finds in ten minutes that nobody has come for it. */
async function releaseAll(shards: ShardMap, names: ReservableName[]): Promise<void> {
  await Promise.allSettled(
    names.map((name) =>
      transaction(poolOf(shards, name.bucket), (connection) => releaseName(connection, { ...name, holders: 1 })),
    ),
  )
}
