/** What of an item counts here. */
type Waiting<Item> = { readonly item: Item; readonly isSettled: boolean }

type Grouping<Item> = { groupOf?: ((item: Item) => number) | undefined; claimsOf(item: Item): string[] }

/**
 * Which items may be in the next batch of a group commit: those of the group of the oldest one that can be taken, if at least so many of
 * them wait, and any if not. An item whose claim is held by another is not counted, since it cannot be taken.
 */
export function oldestGroup<Item>(
  waiting: readonly Waiting<Item>[],
  claimed: ReadonlySet<string>,
  { groupOf, claimsOf }: Grouping<Item>,
  together_min: number,
): (item: Item) => boolean {
  if (groupOf === undefined) return () => true
  const free = waiting.filter(
    ({ item, isSettled }) => !isSettled && !claimsOf(item).some((claim) => claimed.has(claim)),
  )
  const [oldest] = free
  if (oldest === undefined) return () => true
  const group = groupOf(oldest.item)
  const isOfGroup = (item: Item) => groupOf(item) === group
  return free.filter(({ item }) => isOfGroup(item)).length >= together_min ? isOfGroup : () => true
}
