import { assert, required } from '../../core/assert.ts'
import type { QueueFigures } from '../../core/figures.ts'
import { bucketOf } from '../../core/id/id.ts'
import { createGroupCommit, type GroupCommit, type GroupCommitHealth } from '../../database/group-commit.ts'
import { isWhole, type Pool } from '../../database/pool.ts'
import type { ShardMap } from '../../database/shard-map.ts'
import { activeSpan } from '../../tracing/span.ts'
import { applyBatch, newConcurrency } from './batch.ts'
import { type ClaimedCommand, withClaims } from './claims.ts'
import { firstOf, type PaymentCommand, type PaymentOutcome } from './command.ts'
import { createReservations } from './reservations/reserve.ts'

export type PaymentQueueOptions = {
  /** Where rows lie. Each node has a lane of its own: a queue, its batches in flight, and their limits. */
  shards: ShardMap
  now(): Date
  /**
   * How many batches may be in flight on a node. Of two, three, four and five, in alternating slices, three had the highest rate:
   * for one account 10,200, 10,600, 9,700 and 8,000 a second; for many 8,450, 9,100, 8,100 and 7,200.
   */
  in_flight_max?: number
  batch_max?: number
  waiting_max?: number
  /** Called after each commit with the size of its batch, so that events leave at once. */
  committed?(payments: number): void
  figures?: QueueFigures
}

export type PaymentQueue = {
  /** Applies one payment, exactly once, together with whatever else is waiting. */
  apply(command: PaymentCommand): Promise<PaymentOutcome>
  /** How many payments wait for their outcome. */
  waiting(): number
  /** Whether payments are being applied. */
  health(): GroupCommitHealth
  /** Resolves when every payment has its outcome. */
  drain(): Promise<void>
}

type Lane = GroupCommit<ClaimedCommand, PaymentOutcome>

/** Makes the queue in front of the one write path for payments. */
export function createPaymentQueue(options: PaymentQueueOptions): PaymentQueue {
  const lanes = options.shards.nodes.map((pool) => createLane(pool, options))
  const add = isWhole(options.shards.nodes) ? required(lanes[0], 'there is a node').add : addReserved(lanes, options)
  return {
    apply: (command) => add(withClaims(traced(command))),
    waiting: () => lanes.reduce((sum, lane) => sum + lane.waiting(), 0),
    health: () => healthOf(lanes),
    async drain() {
      await Promise.all(lanes.map((lane) => lane.drain()))
    },
  }
}

function createLane(pool: Pool, options: PaymentQueueOptions): Lane {
  const { shards, now, in_flight_max = 3, batch_max = 200, waiting_max = 5_000 } = options
  const concurrency = newConcurrency()
  return createGroupCommit<ClaimedCommand, PaymentOutcome>({
    name: 'payments',
    runBatch: (commands, lock_wait_ms) => applyBatch(pool, commands, now(), concurrency, lock_wait_ms),
    claimsOf: ({ names }) => names,
    placeOf: ({ command }) => ({ owner: String(command.environment.id), object: firstOf(command.target) }),
    groupOf: isWhole(shards.nodes) ? undefined : ({ command }) => shards.shardOf(bucketOf(command.payment.id)),
    spanOf: ({ command }) => command.span,
    in_flight_max,
    batch_max,
    waiting_max,
    committed: options.committed,
    figures: options.figures,
  })
}

function traced(command: PaymentCommand): PaymentCommand {
  const span = activeSpan()
  return span === undefined ? command : { ...command, span }
}

/** Of several nodes: names are reserved where they lie, then the payment is applied in one transaction where its customer lies. */
function addReserved(lanes: Lane[], { shards, now }: PaymentQueueOptions): Lane['add'] {
  const reservations = createReservations(shards, now)
  const laneOf = ({ command }: ClaimedCommand) =>
    required(lanes[shards.nodeOf(bucketOf(command.payment.id))], 'every bucket lies on a node of the map')
  return async (claimed) => {
    if (claimed.reference === undefined) {
      assert(claimed.key === undefined, 'the payment of a session is there already, and claims no name')
      return laneOf(claimed).add(claimed)
    }
    const reserved = await reservations.reserve(claimed)
    if ('kind' in reserved) return reserved
    const outcome = await laneOf(reserved.claimed).add(reserved.claimed)
    return reservations.end(reserved, outcome)
  }
}

/** Payments are being applied as long as they are on any node: one that is lost stops its own customers only. */
function healthOf(lanes: Lane[]): GroupCommitHealth {
  const all = lanes.map((lane) => lane.health())
  return {
    stalled_ms: Math.min(...all.map(({ stalled_ms }) => stalled_ms)),
    unavailable: all.every(({ unavailable }) => unavailable),
  }
}
