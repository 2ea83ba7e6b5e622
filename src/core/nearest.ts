// The distance costs the product of the two lengths, and no name of ours is half as long.
const lengthMax = 64

/**
 * The name that was probably meant by `text`: the one at the smallest edit distance, if that is at most a third of its length.
 * Undefined when none is near, and for a text of more than 64 characters.
 */
export function nearest(text: string, names: Iterable<string>): string | undefined {
  if (text.length > lengthMax) return undefined
  let best: { name: string; distance: number } | undefined
  for (const name of names) {
    // The distance is at least the difference of the lengths.
    if (Math.abs(text.length - name.length) > Math.max(text.length, name.length) / 3) continue
    const distance = editDistance(text.toLowerCase(), name.toLowerCase())
    if (distance <= Math.max(text.length, name.length) / 3 && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { name, distance }
    }
  }
  return best?.name
}

/** The optimal string alignment distance: substitutions, deletions, insertions, and swaps of neighbours. */
function editDistance(one: string, other: string): number {
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1]
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current[column] = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (same ? 0 : 1),
        swapped ? (before[column - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = last
    last = current
  }
  return last[other.length] as number
}
