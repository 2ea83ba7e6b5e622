import type { Queryable } from './pool.ts'

/**
 * The items of a statement that locks rows, for each shard by itself and in one order for every process: where tables are spread over
 * machines, a lock over several shards is refused. On one machine they are all together.
 */
export function byShard<Item>(
  { shardOf }: Pick<Queryable, 'shardOf'>,
  items: readonly Item[],
  bucketOf: (item: Item) => number,
): Item[][] {
  if (shardOf === undefined || items.length === 0) return items.length === 0 ? [] : [[...items]]
  const groups = Map.groupBy(items, (item) => shardOf(bucketOf(item)))
  return [...groups].sort(([one], [other]) => one - other).map(([, those]) => those)
}
