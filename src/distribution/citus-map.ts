import { required } from '../core/assert.ts'
import { type DatabaseAddress, openPool, type Pool, type PoolLimits, type Queryable } from '../database/pool.ts'
import type { ShardMap } from '../database/shard-map.ts'
import { loadSql } from '../database/sql.ts'

/** Where the buckets lie, as Citus says. Both lists are of places in the list before them. */
type Placement = {
  /** A group is one machine, whichever of its standbys is that now. */
  machines: { group: number; host: string; port: number }[]
  group_of_shard: number[]
  shard_of_bucket: number[]
}

/** How the machines are reached: as `address`, but for the host. */
export type WayToMachines = { address: DatabaseAddress; size: number; limits: PoolLimits }

const readStatement = loadSql(import.meta.url, './sql/read-placement.sql')

/** Shards are moved, and standbys promoted, while the server runs. */
const readAgain_ms = 60_000

// Whoever sends a payment is told that its machine does not answer.
const ignoreLost = () => {}

/** The map of a database that Citus has spread, with a pool straight to each machine that had shards when it was read. */
export class CitusMap implements ShardMap {
  readonly nodes: Pool[]
  readonly #groups: number[]
  readonly #coordinator: Pool
  readonly #timer: NodeJS.Timeout
  #placement: Placement
  #reading: Promise<void> | undefined

  private constructor(coordinator: Pool, placement: Placement, way: WayToMachines) {
    this.#coordinator = coordinator
    this.#placement = placement
    this.#groups = placement.machines.map(({ group }) => group)
    this.nodes = this.#groups.map((group) => this.#openPool(group, way))
    this.#timer = setInterval(() => this.#readAgain(), readAgain_ms).unref()
  }

  /** Reads the map by the pool of the coordinator, whose new connections send the forms of statements for spread tables from now on. */
  static async open(coordinator: Pool, way: WayToMachines): Promise<CitusMap> {
    const client = await coordinator.connect()
    try {
      const map = new CitusMap(coordinator, await readPlacement(client), way)
      Object.assign(coordinator.options, { shardOf: map.shardOf })
      return map
    } finally {
      // Closed: it would go on sending the forms for one machine.
      client.release(true)
    }
  }

  /**
   * The machine of a bucket when the map was last read. Where that is not so any more, or came after the start, another machine passes
   * on what it is sent: that costs time, and nothing else.
   */
  readonly nodeOf = (bucket: number): number => {
    const group = this.#placement.group_of_shard[this.shardOf(bucket)]
    return Math.max(0, this.#groups.indexOf(group ?? -1))
  }

  readonly shardOf = (bucket: number): number =>
    required(this.#placement.shard_of_bucket[bucket], 'every bucket has a shard')

  /** Closes the pools of the machines. The coordinator's is the caller's. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.nodes.map((pool) => pool.end()))
  }

  #openPool(group: number, { address, size, limits }: WayToMachines): Pool {
    const primary = { find: async () => this.#reached(group), lost: () => this.#readAgain() }
    return openPool({ ...address, primary }, size, ignoreLost, limits, this.shardOf)
  }

  #reached(group: number): { name: string; host: string; port: number } {
    const { host, port } = required(
      this.#placement.machines.find((machine) => machine.group === group),
      'a machine of the map has an address',
    )
    return { name: `${host}:${port}`, host, port }
  }

  /** A map that cannot be read stays as it was. */
  #readAgain(): void {
    this.#reading ??= readPlacement(this.#coordinator)
      .then((placement) => this.#take(placement))
      .catch(() => {})
      .finally(() => {
        this.#reading = undefined
      })
  }

  /** A machine that has no shards any more keeps its address, for what still goes there. */
  #take(placement: Placement): void {
    const there = new Set(placement.machines.map(({ group }) => group))
    const emptied = this.#placement.machines.filter(({ group }) => !there.has(group))
    this.#placement = { ...placement, machines: [...placement.machines, ...emptied] }
  }
}

async function readPlacement(database: Queryable): Promise<Placement> {
  const { rows } = await database.query<Placement>(readStatement)
  return required(rows[0], 'the map is one row')
}
