import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type ReachedFile, reachableFiles } from './reachable.ts'

/*
 * `npm run walk`: counts the files that one has to open to follow `POST /billing/payments` from its route to the webhook that was
 * sent. The walk begins at the operation and at the dispatcher, which picks up the event that the payment has written; how it goes on
 * is defined at `reachableFiles`. It prints three numbers:
 *
 * - reached: every file of `src` that the walk reaches;
 * - without: the same without some folders, `core` unless --without names others;
 * - passed through: of these the files that lead on to another one. What remains are the leaves, small helpers for the most part,
 *   which are called for a result and lead nowhere else.
 *
 * Other entries can be given as arguments, as `src/file.ts#name`, and another checkout as --root.
 */
const entriesOfPayment = [
  'src/payments/recorded/routes.ts#addCreate',
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

const reached = reachableFiles(values.root, entries)
const counted = reached.filter(({ path }) => !isWithout(path))
const passed = counted.filter(({ leads_to }) => leads_to.some((path) => !isWithout(path)))

for (const [folder, files] of Map.groupBy(reached, ({ path }) => path.split('/')[1] ?? '')) {
  say(`${folder}: ${sizeOf(files)}`)
  for (const file of files) say(`  ${String(file.lines).padStart(4)}  ${file.path}${noteOn(file)}`)
}
say(`reached: ${summary(reached)}`)
say(`without ${without.join(', ')}: ${summary(counted)}`)
say(`passed through: ${summary(passed)}`)

/** Whether a path is one of those to leave out, or in one of them; both are given relative to `src`, `.ts` may be missing. */
function isWithout(path: string): boolean {
  return without.some((one) => path === `src/${one}` || path === `src/${one}.ts` || path.startsWith(`src/${one}/`))
}

function noteOn(file: ReachedFile): string {
  if (!counted.includes(file)) return '  (left out)'
  return passed.includes(file) ? '' : '  (leaf)'
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
