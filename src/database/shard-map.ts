import { required } from '../core/assert.ts'
import type { Pool } from './pool.ts'

/**
 * On which machine the rows of a bucket lie, and the way there. All rows of a customer have the customer's bucket; what must be unique across
 * customers lies where its value says (core/bucket.ts).
 */
export type ShardMap = {
  /** The way to each machine, at least one. */
  nodes: readonly Pool[]
  /** The index of a bucket's machine in `nodes`. Pure: two servers with one map never disagree. */
  nodeOf(bucket: number): number
  /** In which part of the tables of its machine a bucket lies. A transaction that touches one part costs less than one that touches many. */
  shardOf(bucket: number): number
}

/** The map of one PostgreSQL, which has every row. */
export function oneNode(pool: Pool): ShardMap {
  return { nodes: [pool], nodeOf: () => 0, shardOf: () => 0 }
}

/** The way to the machine of a bucket. */
export function poolOf({ nodes, nodeOf }: ShardMap, bucket: number): Pool {
  return required(nodes[nodeOf(bucket)], 'every bucket lies on a node of the map')
}
