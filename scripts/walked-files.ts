import { type Entry, type ReachedFile, reachableFiles } from './reachable.ts'

/**
 * What a file is to whoever follows the walk:
 *
 * - passed through: a step of it leads on to a step of another file. These are read one after the other.
 * - leaf: it has steps that lead nowhere else, small helpers for the most part, which are called for a result.
 * - data: no step of it was reached, only constants, such as the schema of a body or the sample of an event. Nothing of it runs when
 *   the program passes, but for the checks that a schema holds.
 * - left out: it is in a folder that was left out. What leads there leads nowhere.
 */
export type FileKind = 'passed through' | 'leaf' | 'data' | 'left out'
export type WalkedFile = ReachedFile & { kind: FileKind }

/**
 * Where a payment passes: the operation that records it, and the dispatcher, which picks up the event that the payment has written
 * and sends it.
 */
export const entriesOfPayment: Entry[] = [
  'src/payments/recorded/record.ts#paymentRecordRoute',
  'src/webhooks/delivery/dispatcher.ts#DeliveryLoop',
]

/** The files that a walk from some entries comes to. What is left out is given relative to `src`; `.ts` may be missing. */
export function walkedFiles(root: string, entries: Entry[], without: string[]): WalkedFile[] {
  const isWithout = (path: string) =>
    without.some((one) => path === `src/${one}` || path === `src/${one}.ts` || path.startsWith(`src/${one}/`))
  const kindOf = ({ path, has_steps, leads_to }: ReachedFile): FileKind => {
    if (isWithout(path)) return 'left out'
    if (!has_steps) return 'data'
    return leads_to.some((to) => !isWithout(to)) ? 'passed through' : 'leaf'
  }
  return reachableFiles(root, entries).map((file) => ({ ...file, kind: kindOf(file) }))
}

/** The lines of some files. */
export function linesOf(files: readonly ReachedFile[]): number {
  return files.reduce((sum, { lines }) => sum + lines, 0)
}
