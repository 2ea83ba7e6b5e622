import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type ReachedFile, reachableFiles } from './reachable.ts'

/*
 * `npm run walk`: counts the files that one has to open to follow `POST /billing/payments` from its route to the webhook that was
 * sent. The walk begins at the operation and at the dispatcher, which picks up the event that the payment has written; how it goes on
 * is defined at `reachableFiles`. What it prints of each file is one of these:
 *
 * - passed through: a step of it leads on to a step of another file. Who follows a payment reads these, one after the other.
 * - leaf: it has steps that lead nowhere else, small helpers for the most part, which are called for a result.
 * - data: no step of it was reached, only constants, such as the schema of a body or the sample of an event. Nothing of it runs when a
 *   payment passes, but for the checks that a schema holds.
 * - left out: in a folder that is left out, `core` unless --without names others. What leads there leads nowhere.
 *
 * Other entries can be given as arguments, as `src/file.ts#name`, and another checkout as --root.
 */
const entriesOfPayment = [
  'src/payments/recorded/record.ts#paymentRecordRoute',
  'src/webhooks/delivery/dispatcher.ts#DeliveryLoop',
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: 'string', default: resolve(import.meta.dirname, '..') },
    without: { type: 'string', default: 'core' },
  },
})
const entries = positionals.length > 0 ? positionals : entriesOfPayment
const without = values.without.split(',').filter((path) => path !== '')

const reached = reachableFiles(values.root, entries).map((file) => ({ ...file, kind: kindOf(file) }))

for (const [folder, files] of Map.groupBy(reached, ({ path }) => path.split('/')[1] ?? '')) {
  say(`${folder}: ${sizeOf(files)}`)
  for (const { path, lines, kind } of files) {
    say(`  ${String(lines).padStart(4)}  ${path}${kind === 'passed through' ? '' : `  (${kind})`}`)
  }
}
say(`reached: ${sizeOf(reached)}`)
for (const kind of ['left out', 'data', 'leaf', 'passed through']) {
  say(`${kind}: ${summary(reached.filter((file) => file.kind === kind))}`)
}

function kindOf({ path, has_steps, leads_to }: ReachedFile): string {
  if (isWithout(path)) return 'left out'
  if (!has_steps) return 'data'
  return leads_to.some((to) => !isWithout(to)) ? 'passed through' : 'leaf'
}

/** Whether a path is one of those to leave out, or in one of them; both are given relative to `src`, `.ts` may be missing. */
function isWithout(path: string): boolean {
  return without.some((one) => path === `src/${one}` || path === `src/${one}.ts` || path.startsWith(`src/${one}/`))
}

function summary(files: ReachedFile[]): string {
  const [longest] = files.toSorted((one, other) => other.lines - one.lines)
  return longest ? `${sizeOf(files)}, the longest ${longest.path} with ${longest.lines}` : 'no files'
}

function sizeOf(files: ReachedFile[]): string {
  const lines = files.reduce((sum, file) => sum + file.lines, 0)
  return `${files.length} files, ${lines.toLocaleString('en-US')} lines`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
