import { fieldProblem } from '../../core/problem.ts'
import { metadataKeysMax } from '../../shapes/primitives.ts'

/** Merges metadata: keys that are sent change, `null` removes one. The limit of 10 keys applies after the merge. */
export function mergeMetadata(
  current: Record<string, string>,
  patch: Record<string, string | null> | undefined,
): Record<string, string> {
  if (!patch) return current
  const merged = Object.fromEntries(
    Object.entries({ ...current, ...patch }).filter((entry): entry is [string, string] => entry[1] !== null),
  )
  if (Object.keys(merged).length > metadataKeysMax) {
    throw fieldProblem('metadata_too_large', '/metadata', `There would be more than ${metadataKeysMax} keys.`)
  }
  return merged
}
