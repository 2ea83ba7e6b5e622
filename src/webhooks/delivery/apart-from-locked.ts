import { isLockTimeout } from '../../database/errors.ts'

// Enough to find one row among thousands.
const lockedPartsMax = 12

/**
 * Runs `work` on all items at once, and on halves of them when a lock is not granted in time. Returns the items that are
 * locked, on which it has not run; with many locks also others that it has not reached.
 */
export async function apartFromLocked<Item>(items: Item[], work: (part: Item[]) => Promise<void>): Promise<Item[]> {
  const parts = [items]
  const locked: Item[] = []
  let lockedParts = 0
  for (let part = parts.shift(); part; part = parts.shift()) {
    try {
      await work(part)
    } catch (error) {
      if (!isLockTimeout(error)) throw error
      lockedParts += 1
      const middle = part.length >> 1
      if (middle === 0 || lockedParts >= lockedPartsMax) locked.push(...part)
      else parts.push(part.slice(0, middle), part.slice(middle))
    }
  }
  return locked
}
